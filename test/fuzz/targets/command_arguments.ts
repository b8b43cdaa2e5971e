import { assert } from "@std/assert";
import { type Command, CommanderError } from "commander";
import { candidates } from "../../../lib/cli/commands/completion.ts";
import { createProgram } from "../../../lib/cli/program.ts";
import { isAccident } from "../../support/foreseen.ts";
import { type FuzzTarget, plainRig } from "../fuzz_target.ts";
import { type Json, mutateText, pick } from "../mutate.ts";

const WORDS: readonly string[] = [
  "--",
  "-",
  "--help",
  "-h",
  "--version",
  "--json",
  "--json=-",
  "--uri",
  "--uri=",
  "--apikey",
  "--local",
  "--no-such-option",
  "--threads",
  "-1",
  "1e999",
  "help",
  "store",
  "deploy",
  "__complete",
  "__proto__",
  "",
  "a=b",
  "*",
];

/**
 * The words behind the command `rocketride`, without what it does then. They are
 * read, or refused in words for a person; and what the last may become is found
 * for all of them.
 */
export const commandArguments: FuzzTarget = {
  name: "command_arguments",
  share: 500,
  weight: 5,
  mutate(random, entry): Json {
    const words = [...entry as readonly string[]];
    for (let edits = random.whole(1, 3); edits > 0; edits--) {
      const at = random.whole(0, words.length);
      const kind = random.whole(0, 3);
      if (kind === 0) words.splice(at, 1);
      else if (kind === 1) words.splice(at, 0, pick(random, WORDS));
      else if (kind === 2 && words.length > 0) {
        words.splice(at, 0, pick(random, words));
      } else if (at < words.length) {
        words[at] = mutateText(random, words[at]!);
      }
    }
    return words.slice(0, 40);
  },
  open: () => plainRig(run),
};

async function run(entry: Json): Promise<void> {
  const words = entry as readonly string[];
  const program = createProgram();
  const told: string[] = [];
  for (const command of allOf(program)) {
    command.configureOutput({
      writeOut: (text) => void told.push(text),
      writeErr: (text) => void told.push(text),
    });
    if (command.commands.length === 0) command.action(() => {});
  }
  try {
    await program.parseAsync([...words], { from: "user" });
  } catch (error) {
    assert(error instanceof CommanderError, String(error));
    assert([0, 1].includes(error.exitCode), `${error.exitCode}`);
    told.push(error.message);
  }
  for (const text of told) assert(!isAccident(text), text);
  for (const [word] of candidates(createProgram(), words)) {
    assert(word.startsWith(words.at(-1) ?? ""), word);
  }
}

function allOf(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(allOf)];
}
