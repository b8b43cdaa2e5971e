import { READERS } from "../../scaling/readers.ts";
import type { TextReader } from "../../scaling/text_reader.ts";
import { assertForeseen } from "../../support/foreseen.ts";
import { type FuzzTarget, plainRig } from "../fuzz_target.ts";
import { type Json, mutateJsonText, mutateText, pick } from "../mutate.ts";

/**
 * Readers by the first function that they cover. Some are many: each gets a
 * number behind its name.
 */
const BY_NAME: ReadonlyMap<string, TextReader> = new Map(
  READERS.map((reader, at) => {
    const [name = ""] = reader.covers;
    const earlier = READERS.slice(0, at)
      .filter(({ covers }) => covers[0] === name).length;
    return [earlier === 0 ? name : `${name} ${earlier + 1}`, reader];
  }),
);

/** The names of all readers, which their entries begin with. */
export const READER_NAMES: readonly string[] = [...BY_NAME.keys()];

/**
 * Every function of the package that reads text of others, with texts that are
 * nearly right. It may refuse them, in words of its own.
 */
export const readers: FuzzTarget = {
  name: "readers",
  share: 4_000,
  weight: 30,
  mutate(random, entry): Json {
    const [name, text] = entry as [string, string];
    // A text of one reader may be the worst for another.
    const reader = random.chance(0.15) ? pick(random, READER_NAMES) : name;
    const { pieces = [] } = BY_NAME.get(reader)!;
    const changed = random.chance(0.3)
      ? mutateJsonText(random, text)
      : mutateText(random, text, [...pieces, ";", "a"]);
    return [reader, changed];
  },
  open: () =>
    plainRig(async (entry) => {
      const [name, text] = entry as [string, string];
      try {
        await BY_NAME.get(name)!.read(text);
      } catch (error) {
        // Some are given what was parsed before.
        if (!(error instanceof SyntaxError)) assertForeseen(error);
      }
    }),
};
