/** Mistakes that only an engine, a file or an address can show. */
import { assert, assertEquals } from "@std/assert";
import {
  ask,
  close,
  connect,
  events,
  pipe,
  send,
  type Session,
  type Task,
  terminate,
  tool,
  use,
} from "@rocketride/streams";
import { createEngine, serveEngine } from "@rocketride/streams/engine";
import { httpTransport } from "@rocketride/streams/transport";
import { TEXT } from "../support/pipelines.ts";
import { tempFolder } from "../support/temp_folder.ts";

const WEBHOOK = { id: "in", provider: "webhook", config: {} };

/** A pipeline of an entry and what takes from it. */
function piped(...others: readonly object[]): typeof TEXT {
  const components = [WEBHOOK, ...others] as unknown as typeof TEXT.components;
  return { ...TEXT, project_id: "mistaken", components, source: "in" };
}

/** What is there when a mistake is made. */
interface Scene {
  readonly session: Session;
  readonly task: Task;
  /** The address of the engine. */
  readonly uri: string;
  /** The address of something else that speaks HTTP. */
  readonly other: string;
  /** A file that is no JSON. */
  readonly broken: string;
}

/** A mistake, what is done, and the whole message. */
const MISTAKES: readonly (readonly [
  mistake: string,
  act: (scene: Scene) => unknown,
  message: string | RegExp,
])[] = [
  [
    "a provider is misspelt",
    ({ session }) =>
      use(session, {
        pipeline: piped({
          id: "out",
          provider: "respons_text",
          config: {},
          input: [{ lane: "text", from: "in" }],
        }),
      }),
    "ExecutionException: The service respons_text was not found, did you mean response_text? getServices() lists the services of the server.",
  ],
  [
    "a lane is misspelt",
    ({ session }) =>
      use(session, {
        pipeline: piped({
          id: "out",
          provider: "response_text",
          config: {},
          input: [{ lane: "txt", from: "in" }],
        }),
      }),
    "ExecutionException: Component out input has unknown lane txt. validate() lists everything that is wrong.",
  ],
  [
    "the source is misspelt",
    ({ session }) => use(session, { pipeline: { ...piped(), source: "inn" } }),
    'ExecutionException: Pipeline source component "inn" not found in components list. Set source to the id of the entry component.',
  ],
  [
    "a key of a model is missing",
    ({ session }) =>
      use(session, {
        pipeline: piped({
          id: "llm",
          provider: "llm_openai",
          config: {},
          input: [{ lane: "questions", from: "in" }],
        }),
      }),
    "ExecutionException: Component llm: 'apikey' is required. validate() lists everything that is wrong.",
  ],
  [
    "a pipeline is started twice",
    ({ session }) => use(session, { pipeline: TEXT }),
    "ExecutionException: Pipeline is already running. Set useExisting to join it, or terminate it first.",
  ],
  [
    "a file is no JSON",
    ({ session, broken }) => use(session, { filepath: broken }),
    /^ValidationException: Cannot read ".+": it is not JSON, see line 2, column 13$/,
  ],
  [
    "a token is not that of a task",
    ({ session }) => send(session, "tk_none", "text"),
    "PipeException: Your pipeline is not running. The token is wrong, or the task has ended. Start the pipeline with use().",
  ],
  [
    "a task has ended",
    async ({ session }) => {
      const task = await use(session, { pipeline: piped() });
      await terminate(session, task);
      await send(session, task, "text");
    },
    "PipeException: Your pipeline is not running. The token is wrong, or the task has ended. Start the pipeline with use().",
  ],
  [
    "a tool is misspelt",
    ({ session, task }) => tool(session, task, "get_dat", {}),
    'ExecutionException: No handler found for tool "get_dat" on node "". The documentation of a node lists its tools.',
  ],
  [
    "a pipeline answers no questions",
    ({ session, task }) => ask(session, task, "What?"),
    'ValidationException: Pipeline gave no answer. Connect the source\'s questions to a component that answers, and the "answers" of that to a response; chat() returns the whole result.',
  ],
  [
    "a chunk is no text and no bytes",
    async ({ session, task }) => {
      const target = await pipe(session, task, { mimeType: "text/plain" });
      await target.getWriter().write(5 as unknown as string);
    },
    "TypeError: Cannot write a chunk of type number: expected bytes or a string",
  ],
  [
    "a key is wrong",
    ({ uri }) => connect({ uri, auth: "wrong", env: {} }),
    "AuthenticationException: Invalid API key. Check the credential; it is not tried again.",
  ],
  [
    "HTTP is asked for events",
    async ({ uri }) => {
      const transport = httpTransport();
      const session = await connect({ uri, auth: "key", env: {}, transport });
      try {
        await events(session, "*", { types: ["task"] });
      } finally {
        await close(session);
      }
    },
    'ValidationException: Cannot send "rrext_monitor" over HTTP. Use webSocketTransport(), which is the default.',
  ],
  [
    "the address is that of another HTTP server",
    ({ other }) => connect({ uri: other, auth: "key", env: {} }),
    /^ConnectionException: Cannot connect to "ws:\/\/127.+": .*404/,
  ],
  [
    "the address is that of another HTTP server, by HTTP",
    async ({ other: uri }) => {
      const transport = httpTransport();
      await connect({ uri, auth: "key", env: {}, transport });
    },
    "ConnectionException: HTTP 404 Not Found. No engine answered there: check the address, or try again later.",
  ],
];

for (const [mistake, act, message] of MISTAKES) {
  Deno.test(`it is told what to do where ${mistake}`, async () => {
    await using folder = await tempFolder();
    const broken = `${folder.path}/broken.json`;
    await Deno.writeTextFile(broken, '{\n  "source": in\n}');
    const engine = createEngine({ auth: ["key"] });
    await using server = await serveEngine(engine);
    const other = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      () => new Response("Not here", { status: 404 }),
    );
    const session = await connect({
      transport: engine.transport(),
      auth: "key",
      env: {},
    });
    const task = await use(session, { pipeline: TEXT });
    const error = await thrownBy(() =>
      act({
        session,
        task,
        uri: server.uri,
        other: `http://127.0.0.1:${other.addr.port}`,
        broken,
      })
    );
    const told = `${error?.name}: ${error?.message}`;
    if (typeof message === "string") assertEquals(told, message);
    else assert(message.test(told), told);
    await close(session);
    await other.shutdown();
    await engine.close();
  });
}

async function thrownBy(act: () => unknown): Promise<Error | undefined> {
  try {
    await act();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  return undefined;
}
