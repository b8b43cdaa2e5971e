import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { deferred } from "../../lib/async.ts";
import { createEngine } from "../../lib/engine/engine.ts";
import type { Message, ResponseMessage } from "../../schema/envelope.ts";
import { withEngine } from "../support/engine_rig.ts";
import type { RawClient } from "../support/raw_client.ts";
import {
  type ServedEngine,
  withServedEngine,
} from "../support/served_engine.ts";
import { TEXT } from "../support/pipelines.ts";
import { isAccident } from "../support/foreseen.ts";

const DEEP = 50_000;
const NESTED = "[".repeat(DEEP) + "]".repeat(DEEP);
const OBJECTS = '{"a":'.repeat(DEEP) + "1" + "}".repeat(DEEP);

/** Frames that have something nested deeply where a client may put anything. */
const FRAMES: readonly (readonly [name: string, frame: string])[] = [
  ...["seq", "command", "token", "arguments", "type", "event", "body"].flatMap(
    (field): [string, string][] => [
      [field, frameWith(field, NESTED)],
      [`${field} of objects`, frameWith(field, OBJECTS)],
    ],
  ),
  ["an argument", frameWith("arguments", `{"pipeline":${NESTED}}`)],
  ["the whole frame", NESTED],
];

/** A ping with a field replaced. */
function frameWith(field: string, json: string): string {
  const fields = new Map([
    ["type", '"request"'],
    ["seq", "99"],
    ["command", '"rrext_ping"'],
  ]);
  fields.set(field, json);
  const members = [...fields].map(([name, value]) => `"${name}":${value}`);
  return `{${members.join(",")}}`;
}

for (const [name, frame] of FRAMES) {
  Deno.test(`what is nested deeply in a frame ends nothing: ${name}`, () =>
    withServedEngine({ auth: ["key"] }, async ({ connect, dial }) => {
      const stranger = await dial();
      stranger.postFrame(frame);
      const client = await connect();
      client.postFrame(frame);
      client.postFrame(new TextEncoder().encode(`${frame}\npayload`));
      await client.ok("rrext_ping");
      const other = await connect();
      await other.ok("rrext_ping");
    }));
}

Deno.test("a request that is nested deeply is told so under its number", () =>
  withServedEngine({}, async ({ connect }) => {
    const client = await connect();
    client.postFrame(frameWith("arguments", `{"pipeline":${OBJECTS}}`));
    await client.ok("rrext_ping");
    const answer = client.received.find((message): message is ResponseMessage =>
      message.type === "response" && message.request_seq === 99
    );
    assertEquals(answer?.success, false);
    assertStringIncludes(answer?.message ?? "", "nested too deeply");
  }));

Deno.test("a body that is nested deeply is refused by every route", () =>
  withServedEngine({}, async ({ origin }) => {
    for (const path of ["/task", "/pipe/validate"]) {
      for (const body of [NESTED, OBJECTS, `{"pipeline":${OBJECTS}}`]) {
        const headers = { authorization: "key" };
        const init = { method: "POST", headers, body };
        const response = await fetch(origin + path, init);
        assertEquals(response.status, 400);
        const { error } = await response.json();
        assertStringIncludes(error.message, "nested too deeply");
      }
    }
  }));

/** A value that is nested deeply, as no JSON brings it in process. */
function nested(): unknown {
  let value: unknown = 1;
  for (let depth = 0; depth < DEEP; depth++) value = [value];
  return value;
}

Deno.test("in process, what is nested deeply ends nothing either", async () => {
  const engine = createEngine();
  let answered = deferred<ResponseMessage>();
  const handlers = engine.accept({
    send(message): void {
      JSON.stringify(message);
      if (message.type === "response") answered.resolve(message);
    },
    close(): void {},
  });
  // Some commands load their code first.
  const post = (message: object): Promise<ResponseMessage> => {
    answered = deferred();
    handlers.onMessage({ type: "request", seq: 1, ...message } as Message);
    return answered.promise;
  };
  await post({ command: "auth" });
  const deep = nested();
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  for (const value of [deep, cyclic, { valueOf: 1, toString: 1 }, true]) {
    const refused = await post({ command: "rrext_ping", seq: value });
    assertEquals(refused.success, false);
    assertEquals<unknown>(refused.request_seq, null);
    assertEquals(refused.message, "The seq of a request must be a number");
    assertEquals((await post({ command: value })).success, false);
    const args = [
      { command: "execute", arguments: { pipeline: value } },
      { command: "execute", arguments: { pipeline: { ...TEXT, x: value } } },
      { command: "rrext_validate", arguments: { component: value } },
      { command: "rrext_validate", arguments: { pipeline: { x: value } } },
      { command: "rrext_process", arguments: { subcommand: value } },
      { command: "rrext_store", arguments: { subcommand: value } },
      { command: "rrext_monitor", arguments: { token: "*", types: value } },
      { command: "terminate", token: value },
    ];
    // Each is answered, or this waits for ever.
    for (const message of args) await post(message);
    assertEquals((await post({ command: "rrext_ping" })).success, true);
  }
  await engine.close();
});

Deno.test("a peer that cannot take a refusal loses its connection, and no other does", async () => {
  await withEngine([], async ({ engine, client }) => {
    const closes: unknown[] = [];
    const handlers = engine.accept({
      send(): void {
        throw new RangeError("Maximum call stack size exceeded");
      },
      close: (...args) => void closes.push(args),
    });
    handlers.onMessage({ type: "request", seq: 1, command: "rrext_ping" });
    assertEquals(closes, [[1011, "Cannot answer"]]);
    await client.ok("rrext_ping");
  });
});

/** Send a request that must fail, whatever its number; answers the failure. */
async function failureOf(client: RawClient, message: object): Promise<string> {
  const before = client.received.length;
  client.post({ type: "request", seq: 1, command: "rrext_ping", ...message });
  for (;;) {
    await client.ok("rrext_ping");
    const failed = client.received.slice(before)
      .find((it) => it.type === "response" && it.success === false);
    if (failed) return JSON.stringify(failed);
  }
}

Deno.test("no response repeats what is long", () =>
  withServedEngine({}, async ({ connect }: ServedEngine) => {
    const client = await connect();
    const long = "\u0001".repeat(1_000_000);
    const messages = [
      { seq: long },
      { command: long },
      { command: "rrext_process", arguments: { subcommand: long } },
      { command: "rrext_store", arguments: { subcommand: long } },
      { command: "rrext_services", arguments: { service: long } },
    ];
    for (const message of messages) {
      const answer = await failureOf(client, message);
      assert(answer.length < 200_000, `${answer.length} characters`);
    }
  }));

Deno.test("what has no text is refused in words that were written for it", () =>
  withServedEngine({ tokens: "server" }, async ({ connect }) => {
    const client = await connect();
    const it = { valueOf: 1, toString: 1 };
    const { token } = await client.ok("execute", { pipeline: TEXT });
    const version = { projectId: "p", teamId: "local", version: it };
    const page = { sort: [{ field: it }], filters: { id: it, name: [it] } };
    const cases: readonly (readonly [string, object])[] = [
      ["rrext_process", { token, subcommand: it }],
      ["rrext_process", { token, subcommand: "tool", tool: "a", pipe_id: it }],
      [
        "rrext_process",
        {
          token,
          subcommand: "open",
          object: {},
          mimeType: "a/b",
          provider: it,
        },
      ],
      ["rrext_store", { subcommand: it }],
      ["rrext_store", { subcommand: "fs_read", handle: it }],
      ["rrext_store", {
        subcommand: "get_log",
        projectId: "p",
        source: "s",
        startTime: it,
      }],
      ["rrext_store", {
        subcommand: "save_project",
        projectId: "p",
        pipeline: TEXT,
        expectedVersion: it,
      }],
      ["rrext_log", { subcommand: it }],
      ["rrext_log", { subcommand: "read", runKind: it }],
      ["rrext_account_me", { subcommand: it }],
      ["rrext_deploy", { subcommand: it }],
      ["rrext_deploy", { subcommand: "add", kind: it }],
      ["rrext_deploy_pipe", {
        subcommand: it,
        teamId: "local",
        projectId: "p",
      }],
      ["rrext_deploy_pipe", { subcommand: "deploy", ...version }],
      ["rrext_list_tasks", page],
      ["rrext_list_connections", { ...page, search: it }],
      ["rrext_validate", { component: { provider: it } }],
    ];
    for (const [command, args] of cases) {
      const { message = "" } = await client.request(command, args);
      assert(!isAccident(message), `${command}: ${message}`);
    }
  }));
