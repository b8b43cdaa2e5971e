import {
  close,
  connect,
  type ConnectOptions,
  getServerInfo,
  type RequestMessage,
  send,
  type Session,
  use,
  webSocketTransport,
} from "@rocketride/streams";
import {
  httpTransport,
  memoryTransport,
  type Transport,
  withTrace,
} from "@rocketride/streams/transport";
import {
  createEngine,
  defineNode,
  type Engine,
  type EngineOptions,
  type NodeDefinition,
  type NodeTask,
  serveEngine,
} from "@rocketride/streams/engine";
import { DRIVES } from "./drives.ts";
import type { Drive, Place } from "./drives_of_1_4.ts";
import {
  AUTH,
  DURABLE,
  ENV,
  LITERAL,
  PAYLOAD,
  PIPELINE,
  SERVER,
  UNUSED,
  VARIABLE,
  WRONG,
} from "./plants.ts";
import { type Leak, Search } from "./search.ts";

/** What a run has found. */
export interface CanaryReport {
  /** How many texts were searched. */
  readonly places: number;
  /** How many calls were made. */
  readonly calls: number;
  /** How many of them failed. */
  readonly failures: number;
  /** What came out. */
  readonly leaks: readonly Leak[];
}

/** What the caller has asked for by name where a call succeeds. */
const ANSWERS: readonly string[] = ["payload"];
const PIPELINES: readonly string[] = [...ANSWERS, "literal", "variable"];
/** Servers may repeat in their own words what they were sent. */
const QUOTED: readonly string[] = ["payload", "literal"];

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  getTaskPipeline: PIPELINES,
  listTasks: PIPELINES,
  getProject: PIPELINES,
  getAllProjects: PIPELINES,
  getTemplate: PIPELINES,
  getAllTemplates: PIPELINES,
  deployAdd: PIPELINES,
  deployList: PIPELINES,
  deployStatus: PIPELINES,
  publishPipeline: PIPELINES,
  getDeployment: PIPELINES,
  listDeployments: PIPELINES,
  setSchedule: PIPELINES,
  deployUpdate: PIPELINES,
  getEnv: [...PIPELINES, "server"],
  // The pipeline comes back.
  validate: [...ANSWERS, "literal"],
  call: PIPELINES,
  dapRequest: PIPELINES,
  request: PIPELINES,
};

/** Shows its configuration wherever a node can. */
function leaky(): NodeDefinition {
  return defineNode({
    provider: "leaky",
    title: "Leaky",
    description: "Shows its configuration",
    classType: ["text"],
    lanes: { text: ["text"] },
    start({ config, rawConfig, warn, status }): NodeTask {
      const text = `${JSON.stringify(config)} ${JSON.stringify(rawConfig)}`;
      warn(`configured with ${text}`);
      status(`starting with ${text}`);
      if (config.fail === true) throw new Error(`Cannot start with ${text}`);
      return {
        instance: ({ emit, warn, error, sse }) => ({
          on: {
            async text(given: string): Promise<void> {
              warn(`using ${text}`);
              error(`not good: ${text}`);
              sse("thinking", { step: 1 });
              if (given.startsWith("fail")) {
                throw new Error(`Failed with ${text}`);
              }
              await emit("text", given);
            },
          },
        }),
      };
    },
  });
}

/** One run over everything. */
class Run {
  readonly search: Search = new Search();
  calls = 0;
  failures = 0;

  constructor() {
    const plants = {
      auth: AUTH,
      durable: DURABLE,
      wrong: WRONG,
      variable: VARIABLE,
      unused: UNUSED,
      server: SERVER,
      literal: LITERAL,
      payload: PAYLOAD,
    };
    for (const [name, value] of Object.entries(plants)) {
      this.search.plant(name, value);
    }
  }

  /** Options with every callback there is, all searched. */
  watched(
    place: string,
    options: ConnectOptions,
    allowed: readonly string[] = [],
  ): ConnectOptions {
    const see = (what: string, more: readonly string[] = []) =>
    (
      ...values: unknown[]
    ): void =>
      this.search.look(`${what} of ${place}`, values, [
        ...allowed,
        ...more,
      ]);
    return {
      env: ENV,
      auth: AUTH,
      ...options,
      onTrace: see("onTrace"),
      onProtocolMessage: see("onProtocolMessage"),
      onDebugMessage: see("onDebugMessage"),
      onConnected: see("onConnected"),
      onDisconnected: see("onDisconnected"),
      onConnectError: see("onConnectError"),
      // Events bring what passes through the pipeline.
      onEvent: see("onEvent", ANSWERS),
    };
  }

  /** Call something, and search what it resolves or rejects with. */
  async call(
    place: string,
    work: () => unknown,
    answers: readonly string[] = [],
    failures: readonly string[] = [],
  ): Promise<unknown> {
    this.calls++;
    try {
      const value = await work();
      this.search.look(`result of ${place}`, value, answers);
      return value;
    } catch (error) {
      this.failures++;
      this.search.look(`error of ${place}`, error, failures);
      return undefined;
    }
  }

  /** Call functions one after the other. */
  async drive(
    place: string,
    session: Session,
    options: Place,
    failures: readonly string[] = [],
    drives: Readonly<Record<string, Drive>> = DRIVES,
  ): Promise<void> {
    for (const [name, drive] of Object.entries(drives)) {
      const allowed = [...failures, ...(ALLOWED[name] ?? ANSWERS)];
      const work = (): unknown => drive(session, options);
      await this.call(`${name}, ${place}`, work, allowed, failures);
      this.search.look(`session after ${name}, ${place}`, session, failures);
    }
  }
}

/** How much was searched, and what was found, in words. */
export function summary(
  { places, calls, failures, leaks }: CanaryReport,
): string {
  return `${places} places of ${calls} calls searched, ${failures} of which ` +
    `failed: ${leaks.length} secrets found`;
}

/** Try everything, and report what came out. */
export async function runCanary(): Promise<CanaryReport> {
  const run = new Run();
  const restore = watchConsole(run.search);
  try {
    await engines(run);
    await servers(run);
    await connections(run);
    await inputs(run);
    await requests(run);
  } finally {
    restore();
  }
  const { calls, failures, search: { places, leaks } } = run;
  return { places, calls, failures, leaks };
}

function watchConsole(search: Search): () => void {
  const names = ["debug", "error", "info", "log", "trace", "warn"] as const;
  const { console: watched } = { console };
  const before = names.map((name) => watched[name]);
  for (const name of names) {
    watched[name] = (...values): void => search.look(`console.${name}`, values);
  }
  return () => names.forEach((name, at) => watched[name] = before[at]!);
}

/** What engines are made with. */
export const ENGINE: EngineOptions = {
  auth: [AUTH],
  env: { ROCKETRIDE_SERVER: SERVER },
};

/** Every function, on the embedded engine, over every transport. */
async function engines(run: Run): Promise<void> {
  const engine = createEngine({ ...ENGINE, nodes: [leaky()] });
  const server = await serveEngine(engine);
  const { uri } = server;
  run.search.look("engine", engine);
  run.search.look("server", server);
  const ways: Readonly<Record<string, ConnectOptions>> = {
    memory: { transport: engine.transport() },
    socket: { uri },
    http: { uri, transport: httpTransport() },
  };
  for (const [way, options] of Object.entries(ways)) {
    run.search.look(`transport of ${way}`, options.transport);
    const session = await connect(run.watched(way, options));
    run.search.look(`session of ${way}`, session);
    const level = { pipelineTraceLevel: "full" } as const;
    const task = await use(session, { pipeline: PIPELINE, ...level });
    run.search.plant(`token of ${way}`, task.token.slice(8));
    const { publicToken } = task.started;
    if (publicToken) run.search.plant(`key of ${way}`, publicToken.slice(8));
    run.search.look(`task of ${way}`, task);
    const drives = Object.entries(DRIVES).filter(([name]) =>
      name !== "setConnectionParams"
    );
    await run.drive(
      way,
      session,
      { token: task.token, timeout: 5_000 },
      [],
      Object.fromEntries(drives),
    );
    await run.drive(`${way} after close`, session, { token: task.token });
    run.search.look(`task of ${way} after close`, task);
  }
  await server.close();
  await engine.close();
  run.search.look("engine after close", [engine, server]);
}

/** How a server behaves. */
type Behaviour = (
  request: RequestMessage,
  peer: Parameters<Parameters<typeof memoryTransport>[0]>[0],
) => void;

function response(request: RequestMessage, more: object): never {
  const { seq, command } = request;
  return {
    type: "response",
    seq: 1,
    request_seq: seq,
    command,
    ...more,
  } as never;
}

/** What a server knows of a session, in the encodings that it may quote. */
function quotes(request: RequestMessage): string {
  const text = JSON.stringify(request);
  return `${text} ${JSON.stringify(text)} for ${AUTH}, ${btoa(`u:${AUTH}`)}, ` +
    `${encodeURIComponent(AUTH)}, Bearer ${AUTH}, ${DURABLE}`;
}

const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  "refuses with what it was sent": (request, peer) =>
    peer.send(response(request, {
      success: false,
      message: `Cannot do ${quotes(request)}`,
      trace: { file: quotes(request), lineno: 1 },
      body: { [quotes(request)]: [quotes(request)] },
    })),
  "answers something else": (request, peer) => {
    const { token: _, target: __, ...wrong } = request.arguments ?? {};
    peer.send(response(request, { success: true, body: { wrong } }));
  },
  "closes with what it was sent": (request, peer) =>
    peer.close(4000, quotes(request)),
  "is silent": () => {},
};

/** A server that refuses with the credential that it knows. */
export function echoServer(): Transport {
  return serverThat((request, peer) => {
    const { auth: _, ...rest } = request.arguments ?? {};
    const message = `Cannot do ${JSON.stringify(rest)} for ${AUTH}`;
    peer.send(response(request, { success: false, message }));
  });
}

function serverThat(behaviour: Behaviour): Transport {
  return memoryTransport((peer) => ({
    onMessage(message): void {
      if (message.type !== "request") return;
      if (message.command !== "auth") return behaviour(message, peer);
      const body = { userId: "u", userToken: DURABLE };
      peer.send(response(message, { success: true, body }));
      const account = { type: "event", seq: 2, event: "apaext_account", body };
      peer.send(account as never);
    },
    onClose(): void {},
  }));
}

/** Every function, on servers that do not behave. */
async function servers(run: Run): Promise<void> {
  const token = "tk_canaryToken2d7f9aR1";
  run.search.plant("token", token.slice(9));
  for (const [behaviour, answer] of Object.entries(BEHAVIOURS)) {
    const transport = serverThat(answer);
    for (const [name, drive] of Object.entries(DRIVES)) {
      const place = `a server that ${behaviour}`;
      const options = run.watched(`${name}, ${place}`, { transport }, QUOTED);
      const session = await connect(options);
      const only = { [name]: drive };
      await run.drive(place, session, { token, timeout: 20 }, QUOTED, only);
      await close(session, { grace: 10 });
      run.search.look(`session after close, ${place}`, session, QUOTED);
    }
  }
  const controller = new AbortController();
  controller.abort(new Error("aborted"));
  const transport = serverThat(BEHAVIOURS["is silent"]!);
  const session = await connect(run.watched("aborted calls", { transport }));
  await run.drive("aborted", session, { token, signal: controller.signal });
}

/** Connections that cannot be made, or drop. */
async function connections(run: Run): Promise<void> {
  const engine: Engine = createEngine(ENGINE);
  const server = await serveEngine(engine);
  const { uri } = server;
  const gone = await serveEngine(engine);
  await gone.close();
  const echo = serverThat(BEHAVIOURS["refuses with what it was sent"]!);
  const refusing = memoryTransport((peer) => ({
    onMessage(message): void {
      if (message.type !== "request") return;
      const { auth = "" } = message.arguments ?? {};
      const text = `Invalid API key ${JSON.stringify(message)} ${auth}`;
      peer.send(response(message, { success: false, message: text }));
      peer.close(1000, text);
    },
    onClose(): void {},
  }));
  const host = uri.replace("http://", "");
  const attempts: Readonly<Record<string, ConnectOptions>> = {
    "a wrong key": { uri, auth: WRONG },
    "a wrong key over HTTP": { uri, auth: WRONG, transport: httpTransport() },
    "a key that no header carries": {
      uri,
      auth: `${WRONG}\n€`,
      transport: httpTransport(),
    },
    "a refused key": { transport: refusing, auth: WRONG },
    "no server": { uri: gone.uri, auth: WRONG },
    "no server over HTTP": {
      uri: gone.uri,
      auth: WRONG,
      transport: httpTransport(),
    },
    "no server for a while": {
      uri: gone.uri,
      auth: WRONG,
      persist: true,
      maxRetryTime: 300,
    },
    "a password in the address": { uri: `http://user:${WRONG}@${host}` },
    "a password with a slash": { uri: `http://user:${WRONG}/${WRONG}@${host}` },
    "a key in the query": { uri: `http://${host}:x/?auth=${WRONG}` },
    "an unknown scheme": { uri: `key+${WRONG}@x` },
    "an unencrypted connection": { uri: "http://example.com", auth: WRONG },
    "a timeout": {
      transport: {
        ...echo,
        dial: (_, __, { signal }) =>
          new Promise((_, reject) => {
            signal?.addEventListener("abort", () => reject(signal.reason));
          }),
      },
      timeout: 20,
    },
    "a constructor that throws": {
      uri,
      transport: webSocketTransport({
        WebSocket: class {
          constructor() {
            throw new TypeError("no sockets here");
          }
        } as never,
      }),
    },
    "an option of another client": { apiKey: WRONG } as ConnectOptions,
    "a misspelt option": { uri, auht: WRONG } as ConnectOptions,
    "a credential of another type": { uri, auth: [WRONG] as never },
    "a transport of another type": { uri, transport: WRONG as never },
    "headers that the platform refuses": {
      uri,
      transport: httpTransport({
        fetch: (input, init) =>
          Promise.reject(
            new TypeError(
              `Cannot fetch ${String(input)} with ` +
                JSON.stringify(init?.headers),
              { cause: new Error(JSON.stringify(init?.headers)) },
            ),
          ),
      }),
    },
    "a proxy that redirects": {
      uri,
      transport: httpTransport({
        fetch: (_, init) =>
          Promise.resolve(
            new Response(null, {
              status: 302,
              headers: {
                location: `/${new Headers(init?.headers).get("authorization")}`,
              },
            }),
          ),
      }),
    },
    "a proxy that answers": {
      uri,
      transport: httpTransport({
        fetch: (_, init) =>
          Promise.resolve(
            new Response(`<pre>${JSON.stringify(init?.headers)}</pre>`, {
              status: 502,
              statusText: `Bad ${
                new Headers(init?.headers).get("authorization")
              }`,
            }),
          ),
      }),
    },
  };
  for (const [name, options] of Object.entries(attempts)) {
    const watched = run.watched(name, options);
    await run.call(`connect with ${name}`, async () => {
      const session = await connect(watched);
      await close(session);
      return session;
    });
    const { apiKey: _, auht: __, ...rest } = options as Record<string, never>;
    const { auth: ___, persist: ____, maxRetryTime: _____, ...info } = rest;
    await run.call(
      `getServerInfo with ${name}`,
      () => getServerInfo({ env: ENV, timeout: 300, ...info as object }),
    );
  }
  await drops(run);
  await server.close();
  await engine.close();
}

/** A session that reconnects with its durable credential until it is refused. */
async function drops(run: Run): Promise<void> {
  let lines = 0;
  const transport = memoryTransport((peer) => ({
    onMessage(message): void {
      if (message.type !== "request") return;
      const known = message.command === "auth" && ++lines <= 3;
      const body = { userId: "u", userToken: DURABLE };
      peer.send(
        known ? response(message, { success: true, body }) : response(message, {
          success: false,
          message: `Invalid API key ${quotes(message)}`,
        }),
      );
      if (!known) peer.close(1006, quotes(message));
      else setTimeout(() => peer.close(1006, quotes(message)), 5);
    },
    onClose(): void {},
  }));
  const options = run.watched("drops", {
    transport,
    persist: true,
    random: () => 0,
  });
  const session = await connect(options);
  const waiting = run.call(
    "send over a drop",
    () => send(session, "tk_waiting", PAYLOAD, { timeout: 200 }),
  );
  run.search.look("end of drops", await session.closed);
  await waiting;
  run.search.look("session after drops", session);
  run.search.look("reason after drops", session.signal.reason);
}

/** Input that is refused before anything is sent. */
async function inputs(run: Run): Promise<void> {
  const transport = serverThat(BEHAVIOURS["is silent"]!);
  const session = await connect(run.watched("input", { transport }));
  const json = `{"components": [], "apikey": "${LITERAL}", }`;
  const place = new URL(`data:application/json,${encodeURIComponent(json)}`);
  const nowhere = new URL(`http://u:${LITERAL}@127.0.0.1:1/?k=${LITERAL}`);
  const token = "tk_canaryInput6e3b8dU0";
  run.search.plant("token of input", token.slice(8));
  const wrong: Readonly<Record<string, () => unknown>> = {
    "JSON that is broken": () => use(session, { pipeline: place }),
    "JSON that is broken early": () =>
      use(session, {
        pipeline: new URL(`data:,${LITERAL}`),
      }),
    "JSON as text": () => use(session, { pipeline: json as never }),
    "JSON as a path": () => use(session, { filepath: json }),
    "a pipeline without components": () =>
      use(session, { pipeline: { apikey: LITERAL } as never }),
    "an unknown option": () =>
      use(session, { pipeline: PIPELINE, evn: ENV, timeout: 20 } as never),
    "a session that is none": () =>
      send({ auth: AUTH, token } as never, token, PAYLOAD),
    "a promise of a session": () =>
      send(Promise.resolve(session) as never, token, PAYLOAD),
    "a swapped order": () => send(token as never, session as never, PAYLOAD),
    "an address that has no server": () =>
      send(session, token, nowhere as never),
    "a pipeline that has no server": () => use(session, { pipeline: nowhere }),
    "data that is none": () =>
      send(session, token, { secret: PAYLOAD } as never),
    "a media type that is none": () =>
      send(session, token, PAYLOAD, { mimeType: 7 as never }),
    "a task that is none": () => send(session, { tokn: token } as never, "x"),
  };
  for (const [name, work] of Object.entries(wrong)) {
    await run.call(`input: ${name}`, work);
  }
  const seen: unknown[] = [];
  const traced = await connect({
    env: ENV,
    auth: AUTH,
    transport: withTrace(
      withTrace(transport, (record) => seen.push(record)),
      (record) => {
        seen.push(record);
        throw new Error("broken observer");
      },
    ),
  });
  await run.call(
    "use, traced by hand",
    () => use(traced, { pipeline: PIPELINE, timeout: 20 }),
  );
  run.search.look("traces by hand", seen);
  await close(traced, { grace: 10 });
  await close(session, { grace: 10 });
}

/** What an engine answers to HTTP requests that are not good. */
async function requests(run: Run): Promise<void> {
  run.search.look(
    "keys that are refused",
    await Promise.resolve().then(() => createEngine({ auth: [AUTH, AUTH] }))
      .catch((error) => error),
  );
  const engine = createEngine({ ...ENGINE, nodes: [leaky()] });
  const host = "http://localhost:5565";
  const key = { authorization: `Bearer ${AUTH}` };
  const wrong = { authorization: `Bearer ${WRONG}` };
  // The token of a task that is started is what is asked for.
  const tokens = ["memory", "socket", "http"].map((it) => `token of ${it}`);
  const broken = `{"apikey": "${LITERAL}", }`;
  const all: readonly (readonly [string, RequestInit])[] = [
    ["/status", { headers: wrong }],
    ["/status", { headers: { ...wrong, accept: "text/html" } }],
    [`/status?auth=${WRONG}`, {}],
    [`/nowhere?auth=${AUTH}`, {}],
    ["/task", { method: "POST", headers: wrong, body: broken }],
    ["/task", { method: "POST", headers: key, body: broken }],
    ["/task", {
      method: "POST",
      headers: key,
      body: JSON.stringify({ pipeline: PIPELINE }),
    }],
    [`/task?token=tk_${WRONG}`, { headers: key }],
    [`/task?token=tk_${WRONG}`, { headers: key, method: "DELETE" }],
    [`/task/data?token=tk_${WRONG}`, {
      method: "POST",
      headers: key,
      body: PAYLOAD,
    }],
    ["/task/data", {
      method: "POST",
      headers: { ...key, "content-type": "multipart/form-data; boundary=x" },
      body: PAYLOAD,
    }],
    ["/pipe/validate", { method: "POST", body: broken }],
    ["/pipe/validate", { method: "POST", body: JSON.stringify(PIPELINE) }],
    ["/task/service", { headers: key }],
  ];
  for (const [path, init] of all) {
    const name = `${init.method ?? "GET"} ${path.split("?")[0]}`;
    // A pipeline that is validated comes back as it was given.
    const allowed = path === "/pipe/validate" ? ["literal"] : tokens;
    await run.call(name, async () => {
      const answer = await engine.fetch(new Request(host + path, init));
      const headers = Object.fromEntries(answer.headers);
      return { status: answer.status, headers, text: await answer.text() };
    }, allowed);
  }
  await engine.close();
}
