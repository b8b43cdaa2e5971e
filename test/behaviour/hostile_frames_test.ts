import { assert, assertEquals } from "@std/assert";
import {
  call,
  chat,
  close,
  connect,
  DAPException,
  events,
  getService,
  getServices,
  getTaskStatus,
  isConnected,
  ping,
  send,
  type Session,
  setEvents,
  use,
  validate,
  watchTask,
} from "@rocketride/streams";
import { getDashboard, listKeys } from "@rocketride/streams/admin";
import { list, readText, stat } from "@rocketride/streams/store";
import {
  type ScriptedLine,
  scriptedServer,
  SILENCE,
} from "../support/scripted_server.ts";

/** Far deeper than a call stack. */
const DEPTH = 20_000;
const DEEP_LIST = "[".repeat(DEPTH) + "]".repeat(DEPTH);
const DEEP_RECORD = '{"a":'.repeat(DEPTH) + "1" + "}".repeat(DEPTH);

/** Values that fail when they are compared, joined, shown or walked through. */
const HOSTILE: readonly string[] = [
  '{"valueOf":1,"toString":1}',
  '{"toString":null,"then":1,"length":-1}',
  DEEP_LIST,
  DEEP_RECORD,
  '[{"valueOf":1,"toString":1}]',
  '"7"',
  '"\\ud800"',
  "null",
  "true",
  "-1",
  "0.5",
  "1e999",
  "9007199254740993",
  '{"__proto__":{"type":"event"},"constructor":1}',
  "{}",
  "[]",
  '""',
];

/** Frames of every kind with a hole in each member that a client reads. */
const FRAMES: readonly ((value: string) => string)[] = [
  (it) => `{"type":"response","seq":1,"request_seq":${it}}`,
  (it) => `{"type":"response","seq":1,"request_seq":${it},"success":false}`,
  (it) =>
    `{"type":"response","seq":1,"request_seq":1,"success":false,"code":${it}}`,
  (it) => `{"type":"response","seq":${it},"request_seq":1,"message":${it}}`,
  (it) => `{"type":"event","seq":${it},"event":"apaevt_task","body":{}}`,
  (it) => `{"type":"event","seq":1,"event":${it},"body":{}}`,
  (it) => `{"type":"event","seq":1,"event":"apaevt_task","body":${it}}`,
  ...[
    "__id",
    "action",
    "completed",
    "message",
    "notes",
    "pipe_id",
    "project_id",
    "projectId",
    "runKind",
    "source",
    "state",
    "status",
    "teamId",
    "type",
    "userToken",
  ].flatMap((name) =>
    ["apaevt_task", "apaevt_status_update", "apaevt_sse", "__proto__"].map(
      (event) => (it: string) =>
        `{"type":"event","seq":1,"event":"${event}","body":{"${name}":${it}}}`,
    )
  ),
  (it) => `{"type":"request","seq":${it},"command":${it},"arguments":${it}}`,
  (it) => `{"type":"nothing","seq":${it},"request_seq":${it},"event":${it}}`,
];

/** A session with everything that looks at what arrives. */
async function watching(server: ReturnType<typeof scriptedServer>): Promise<{
  readonly session: Session;
  readonly line: ScriptedLine;
}> {
  const session = await connect({
    uri: server.uri(),
    auth: "key",
    env: {},
    onEvent: () => {},
    onTrace: () => {},
    onProtocolMessage: () => {},
    onDebugMessage: () => {},
  });
  const all = await events(session, "*", {
    types: ["all"],
    overflow: "drop-oldest",
  });
  all.pipeTo(new WritableStream()).catch(() => {});
  const one = await events(session, "tk_1", {
    types: ["all"],
    overflow: "drop-oldest",
  });
  one.pipeTo(new WritableStream()).catch(() => {});
  watchTask(session, "tk_1").pipeTo(new WritableStream()).catch(() => {});
  return { session, line: await server.line() };
}

Deno.test("no member of a server's frame ends the client or its session, whatever it holds", async () => {
  await using server = scriptedServer({
    rrext_monitor: () => ({}),
    rrext_get_task_status: () => ({
      state: 3,
      completed: false,
      project_id: "p",
      source: "s",
    }),
  });
  const { session, line } = await watching(server);
  for (const frame of FRAMES) {
    for (const value of HOSTILE) line.raw(frame(value));
    assert(await ping(session) >= 0);
  }
  assert(isConnected(session));
  await close(session);
});

/** Calls that read their answer, each with the command that they ask. */
const CALLS: Readonly<
  Record<string, readonly [string, (session: Session) => Promise<unknown>]>
> = {
  call: ["rrext_x", (session) => call(session, "rrext_x")],
  chat: ["rrext_process", (session) => chat(session, "tk_1", "Hello")],
  stat: ["rrext_store", (session) => stat(session, "a.txt")],
  getDashboard: ["rrext_dashboard", (session) => getDashboard(session)],
  list: ["rrext_store", (session) => list(session)],
  listKeys: ["rrext_account_keys", (session) => listKeys(session)],
  readText: ["rrext_store", (session) => readText(session, "a.txt")],
  getService: ["rrext_services", (session) => getService(session, "webhook")],
  getServices: ["rrext_services", (session) => getServices(session)],
  getTaskStatus: [
    "rrext_get_task_status",
    (session) => getTaskStatus(session, "tk_1"),
  ],
  ping: ["rrext_ping", (session) => ping(session)],
  send: ["rrext_process", (session) => send(session, "tk_1", "Hello")],
  setEvents: [
    "rrext_monitor",
    async (session): Promise<void> => {
      await setEvents(session, "*", ["summary"]);
      await setEvents(session, "*", ["task"]);
    },
  ],
  use: [
    "execute",
    (session) => use(session, { pipeline: { source: "s", components: [] } }),
  ],
  validate: [
    "rrext_validate",
    (session) => validate(session, { pipeline: { components: [] } }),
  ],
};

for (const [name, [command, run]] of Object.entries(CALLS)) {
  Deno.test(`${name}() resolves or rejects with an exception of its own, whatever its answer holds`, async () => {
    let answer = "";
    await using server = scriptedServer({
      [command]: (request, line) => {
        line.raw(`{"type":"response","request_seq":${request.seq},${answer}}`);
        return SILENCE;
      },
    });
    const session = await connect({
      uri: server.uri(),
      auth: "key",
      env: {},
      onTrace: () => {},
      onProtocolMessage: () => {},
    });
    for (const value of HOSTILE) {
      for (
        const members of [
          `"success":false,"message":${value},"trace":${value}`,
          `"success":false,"command":${value}`,
          `"success":false,"message":"x","code":${value}`,
          `"success":${value},"body":{}`,
          `"body":${value}`,
          `"body":{"token":${value},"error":${value},"state":${value}}`,
          `"body":{"pipe_id":${value},"objectId":${value},"answers":${value}}`,
          `"body":{"entries":${value},"exists":${value},"handle":${value}}`,
          `"body":{"keys":${value},"overview":${value},"size":${value}}`,
          `"body":{"services":${value},"errors":${value},"warnings":${value}}`,
        ]
      ) {
        answer = members;
        const outcome = await run(session).catch((error) => error);
        if (!(outcome instanceof Error)) continue;
        assert(outcome instanceof DAPException, `${outcome} at ${members}`);
        assertEquals(typeof outcome.message, "string");
        assert(isConnected(session));
      }
    }
    await close(session);
  });
}
