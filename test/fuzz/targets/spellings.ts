import { assert, assertEquals } from "@std/assert";
import {
  parseMediaType,
  wireMimeType,
} from "../../../lib/protocol/media_type.ts";
import { storePath } from "../../../lib/protocol/store_path.ts";
import { substitute, unresolved } from "../../../schema/pipeline.ts";
import { normalizeUri } from "../../../lib/protocol/uri.ts";
import { parseEnv } from "../../../lib/runtime/env.ts";
import { oneLine, plain } from "../../../lib/cli/output.ts";
import { readSchedule } from "../../../lib/engine/deploy/schedule.ts";
import { ENV_PARSERS } from "../../support/env_parsers.ts";
import { assertForeseen, attempt } from "../../support/foreseen.ts";
import { type FuzzTarget, plainRig } from "../fuzz_target.ts";
import { type Json, mutateText, pick } from "../mutate.ts";

/** What holds for each kind of text, besides that it is read or refused. */
const KINDS: Readonly<Record<string, (text: string) => void | Promise<void>>> =
  {
    "a path of the store"(text): void {
      const path = attempt(() => storePath(text));
      if (path === undefined) return;
      assertEquals(storePath(path), path);
      const url = new URL(
        encodeURI(`root/${path}`).replaceAll("#", "%23"),
        "file:///far/away/",
      );
      assert(url.pathname.startsWith("/far/away/root"), path);
    },
    "an address"(text): void {
      const url = attempt(() => normalizeUri(text));
      if (!url) return;
      assert(/^wss?:$/.test(url.protocol));
      assertEquals([url.username, url.password, url.search], ["", "", ""]);
      assertEquals(url.pathname, "/task/service");
      const port = url.port || (url.protocol === "ws:" ? "80" : "443");
      const spelled = `${url.protocol}//${url.hostname}:${port}`;
      assertEquals(normalizeUri(spelled).href, url.href);
    },
    "a media type"(text): void {
      parseMediaType(text);
      const wire = wireMimeType(text);
      assertEquals(wireMimeType(wire), wire);
      assert(!/[\r\n]/.test(wire) || /[\r\n]/.test(text));
    },
    "a file of variables"(text): void {
      const [first, ...others] = ENV_PARSERS.map(([, parse]) =>
        parseEnv(text, parse)
      );
      for (const other of others) assertEquals(other, first);
      for (const [name, value] of Object.entries(first!)) {
        assert(/^[A-Za-z_]\w*$/.test(name), name);
        assertEquals(typeof value, "string");
      }
    },
    "a template"(text): void {
      const env = { ROCKETRIDE_A: "${ROCKETRIDE_B}", ROCKETRIDE_B: "b" };
      const given = { [text]: [text], other: 1 };
      const before = structuredClone(given);
      const result = substitute(given, env) as typeof given;
      assertEquals(given, before);
      const expected = text.replaceAll(
        /\$\{(ROCKETRIDE_[^}]+)\}/g,
        (all, name) => new Map(Object.entries(env)).get(name) ?? all,
      );
      assertEquals(result, { [text]: [expected], other: 1 });
      assert(unresolved(given).every((name) => text.includes(`\${${name}}`)));
    },
    "a line of a terminal"(text): void {
      const shown = oneLine(text);
      // deno-lint-ignore no-control-regex -- they are what is looked for
      assert(!/[\0-\x1f\x7f-\x9f\u2028\u2029]/.test(shown), shown);
      // deno-lint-ignore no-control-regex -- all but the ends of lines and tabs
      assert(!/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/.test(plain(text)));
    },
    async "a schedule"(text): Promise<void> {
      try {
        await readSchedule(text);
      } catch (error) {
        assertForeseen(error);
      }
    },
  };

/** The kinds of text, which their entries begin with. */
export const SPELLINGS: readonly string[] = Object.keys(KINDS);

/** Texts that have one spelling, and what reads them beside another reader. */
export const spellings: FuzzTarget = {
  name: "spellings",
  share: 6_000,
  weight: 40,
  mutate(random, entry): Json {
    const [kind, text] = entry as [string, string];
    const name = random.chance(0.1) ? pick(random, SPELLINGS) : kind;
    return [name, mutateText(random, text)];
  },
  open: () =>
    plainRig(async (entry) => {
      const [kind, text] = entry as [string, string];
      await KINDS[kind]!(text);
    }),
};
