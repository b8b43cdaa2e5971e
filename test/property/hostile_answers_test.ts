import { assert, assertEquals, assertRejects } from "@std/assert";
import { close, connect, isDAPException } from "@rocketride/streams";
import {
  docFromJson,
  docGroupFromJson,
  isStoreStat,
  questionFromJson,
  readValidation,
} from "@rocketride/streams/schema";
import * as store from "@rocketride/streams/store";
import { ADMIN_CALLS } from "../support/asked_admin_calls.ts";
import { type AskedCall, CLIENT_CALLS } from "../support/asked_calls.ts";
import {
  argumentsOf,
  type Body,
  type Script,
  SILENCE,
} from "../support/scripted_line.ts";
import { scriptedServer } from "../support/scripted_server.ts";

/** What a peer may send where something else is expected. */
const HOSTILE: Readonly<Record<string, unknown>> = {
  "a deep list": deepList(20_000),
  "an object that has no words": { valueOf: 1, toString: 1, toJSON: 1 },
  "a huge number": 1e9,
  "the largest number": 1.7976931348623157e308,
  "an unsafe number": 2 ** 53,
  "a negative number": -1,
  "a fraction": 0.5,
  "a number as text": "1000000000",
  "nothing": null,
  "a list": [],
  "text": "x",
  "a boolean": true,
};

function deepList(depth: number): unknown {
  let list: unknown = 1;
  for (let i = 0; i < depth; i++) list = [list];
  return list;
}

/** Requests of one call, at most: a peer must not make it go on and on. */
const MOST_REQUESTS = 20;

for (const { name, ask, answers } of [...CLIENT_CALLS, ...ADMIN_CALLS]) {
  Deno.test(`${name} ends well or with an exception of ours, whatever is answered`, async () => {
    let tried = 0;
    for (const [command, body] of Object.entries(answers)) {
      for (const path of [[], ...pathsIn(body)]) {
        for (const [what, value] of Object.entries(HOSTILE)) {
          const spoilt = {
            ...answers,
            [command]: withValue(body, path, value) as Body,
          };
          const told = `${what} as ${path.join(".")} of ${command}`;
          await assertHarmless(ask, spoilt, told);
          tried++;
        }
      }
    }
    assert(tried > 0);
  });
}

async function assertHarmless(
  ask: AskedCall["ask"],
  answers: AskedCall["answers"],
  told: string,
): Promise<void> {
  const script: Script = Object.fromEntries(
    Object.entries(answers).map(([command, body]) => [command, () => body]),
  );
  const server = scriptedServer({
    rrext_process: () => ({}),
    rrext_store: () => {
      throw new Error("Unknown subcommand: x");
    },
    "rrext_store fs_read": ({ seq, command, ...request }, line) => {
      const { offset, length } = argumentsOf(request as never) as {
        offset: number;
        length: number;
      };
      const data = new TextEncoder().encode("abc")
        .subarray(offset, offset + length);
      line.send({
        type: "response",
        seq: 1,
        request_seq: seq,
        command,
        success: true,
        arguments: { data },
      });
      return SILENCE;
    },
    ...script,
  });
  const session = await connect({
    ...server.target("memory"),
    heartbeat: false,
  });
  try {
    await ask(session);
  } catch (error) {
    assert(isDAPException(error), `${told}: ${(error as Error)?.stack}`);
  }
  const count = server.requests.length;
  assert(count <= MOST_REQUESTS, `${told}: ${count} requests`);
  await close(session);
  await server.close();
}

type Path = readonly (string | number)[];

/** The ways to all values in a JSON value, but for itself. */
function pathsIn(value: unknown): Path[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    [key],
    ...pathsIn(inner).map((path) => [key, ...path]),
  ]);
}

/** A copy with another value at the end of a way. */
function withValue(value: unknown, path: Path, other: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return other;
  const copy =
    (Array.isArray(value) ? [...value] : { ...value as object }) as Record<
      string | number,
      unknown
    >;
  copy[key] = withValue(copy[key], rest, other);
  return copy;
}

Deno.test("a list of logs that never ends is refused, or ends with its timeout", async () => {
  let page = 0;
  const names = () => ({ logs: [`log-${page++}.log`], total_pages: 9_999 });
  for (
    const [answer, timeout, expected] of [
      [() => ({ logs: ["a"], total_pages: 1e9 }), 10_000, "expected a list"],
      [() => ({ logs: ["a"], total_pages: 9_999 }), 10_000, undefined],
      [names, 1, "No list of logs within 1 ms"],
    ] as const
  ) {
    const server = scriptedServer({ "rrext_store list_logs": answer });
    const session = await connect({
      ...server.target("memory"),
      heartbeat: false,
    });
    const listing = () => store.listLogs(session, "p", { timeout });
    if (expected) await assertRejects(listing, Error, expected);
    else assertEquals(await listing(), [{ name: "a" }]);
    await close(session);
    await server.close();
  }
});

Deno.test("readers of records throw TypeErrors, whatever they are given", () => {
  const doc = {
    page_content: "x",
    score: 1,
    embedding: [1],
    metadata: { objectId: "o", chunkId: 1, nodeId: "n", parent: "/" },
  };
  const records: readonly [unknown, (value: unknown) => unknown][] = [
    [doc, (value) => docFromJson(value as never)],
    [
      { objectId: "o", documents: [doc], score: 1 },
      (value) => docGroupFromJson(value as never),
    ],
    [
      { questions: [{ text: "a" }], documents: [doc], type: "question" },
      (value) => questionFromJson(value as never),
    ],
    [{ errors: [{ message: "x" }] }, readValidation],
    [{ type: "file", size: 1, modified: 1 }, isStoreStat],
  ];
  for (const [record, read] of records) {
    for (const path of pathsIn(record)) {
      for (const [what, value] of Object.entries(HOSTILE)) {
        try {
          read(withValue(record, path, value));
        } catch (error) {
          const told = `${what} as ${path.join(".")}: ${error}`;
          assert(error instanceof TypeError, told);
          assert(!/primitive|Maximum/.test(error.message), told);
        }
      }
    }
  }
});
