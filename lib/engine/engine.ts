import { checkOptions, type OptionNames } from "../check.ts";
import {
  type Acceptor,
  memoryTransport,
  type Peer,
} from "../transport/memory.ts";
import type { Transport } from "../transport/transport.ts";
import { UnauthenticatedLimit } from "./access/admission.ts";
import { TaskKeys } from "./access/keys.ts";
import { denied } from "./access/permissions.ts";
import type { Core } from "./core.ts";
import { Dashboard } from "./dashboard/dashboard.ts";
import { Deployments } from "./deploy/deployments.ts";
import { EventLogs } from "./monitor/event_logs.ts";
import { Monitors } from "./monitor/monitors.ts";
import { LIMIT_NAMES } from "./limits.ts";
import { pipelineCode } from "./commands/pipeline_code.ts";
import { llmOverride } from "./nodes/llm/llm_override.ts";
import { createRegistry } from "./registry.ts";
import { TaskTable } from "./run/task_table.ts";
import { Connection } from "./serve/connection.ts";
import { MemoryBudget } from "./serve/http/memory_budget.ts";
import { fetchHandler } from "./serve/fetch_handler.ts";
import { type EngineOptions, readSettings } from "./settings.ts";
import { FileLinks } from "./store/links.ts";
import { nodeFiles, Stores } from "./store/stores.ts";

/** What HTTP requests without a login may hold, all together. */
const STRANGERS_BYTES = 32 * 1024 * 1024;

/** An embedded engine: runs pipelines in the process that made it. */
export interface Engine {
  /**
   * Serve a connection in process; what `memoryTransport` wants. No
   * credential is needed.
   */
  readonly accept: Acceptor;
  /** A transport that connects to this engine with no socket between. */
  transport(): Transport;
  /**
   * Answer an HTTP request: a WebSocket at `/task/service`, and the HTTP
   * routes of an engine, such as `POST /task/data`. Needs no `this`, so
   * `Deno.serve`, a Worker's `fetch` and, together with
   * {@linkcode bunWebSocket}, `Bun.serve` take it as it is. What the platform
   * passes besides the request tells where it came from; a server of one's
   * own passes {@linkcode FetchInfo}. {@linkcode serveEngine} does all that.
   *
   * In Workers, keep the engine in a Durable Object: sockets and tasks outlive
   * the request that began them, which is only possible there.
   */
  readonly fetch: (
    request: Request,
    info?: unknown,
  ) => Response | Promise<Response>;
  /**
   * Stop all tasks and end all connections with code 1001. Later connections
   * are ended at once. Repeating it is harmless.
   */
  close(): Promise<void>;
  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void>;
}

const ENGINE_NAMES: OptionNames<EngineOptions> = {
  ...LIMIT_NAMES,
  nodes: 1,
  parsers: 1,
  llm: 1,
  embedding: 1,
  overrides: 1,
  env: 1,
  auth: 1,
  forwarding: ["clean", "engine"],
  tokens: ["server", "random"],
  userId: 1,
  store: 1,
  listUnsupported: 1,
  allowHosts: 1,
  corsOrigins: 1,
  fetch: 1,
  clock: 1,
  randomUUID: 1,
  upgrade: 1,
};

/**
 * Make an engine for development and tests.
 *
 * It speaks the protocol of a real one, runs the nodes that need no driver and
 * no model of their own, asks models over HTTP, and refuses the rest with the
 * reason. Nothing runs, and no timer is held, while it has nothing to do.
 *
 * @param options See {@linkcode EngineOptions}.
 * @returns The engine.
 * @throws {RangeError} A numeric option is out of range.
 * @throws {TypeError} Two of the given nodes share a provider name, or a key,
 * a host, an origin or the store is malformed.
 * @throws {ValidationException} A line of the script `llm` is malformed.
 *
 * @example Run a pipeline in process
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, send, use } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * const pipeline = {
 *   components: [
 *     { id: "in", provider: "webhook", config: {} },
 *     {
 *       id: "out",
 *       provider: "response_text",
 *       config: {},
 *       input: [{ lane: "text", from: "in" }],
 *     },
 *   ],
 *   source: "in",
 * };
 * const task = await use(session, { pipeline });
 * const { text } = await send(session, task, "Hello");
 * assertEquals(text, ["Hello\n\n"]);
 * await close(session);
 * await engine.close();
 * ```
 */
export function createEngine(options: EngineOptions = {}): Engine {
  checkOptions(options, "createEngine({ auth })", ENGINE_NAMES);
  const settings = readSettings(options);
  const { nodes, clock, llm } = settings;
  // Both throw for what is malformed; the nodes are loaded later.
  createRegistry([], nodes);
  if (llm) llmOverride(llm);
  const dashboard = new Dashboard(clock);
  const newId = (): string => settings.randomUUID().replaceAll("-", "");
  const keys = new TaskKeys(newId);
  const tasks = new TaskTable(
    clock,
    settings,
    keys,
    (task) => dashboard.taskRemoved(task),
  );
  const logs = new EventLogs(settings.maxLogBytes);
  const monitors = new Monitors(logs);
  const stores = new Stores(settings.store, settings.randomUUID);
  const lifetime = new AbortController();
  const core: Core = {
    settings,
    tasks,
    keys,
    monitors,
    logs,
    env: { values: { ...settings.env } },
    dashboard,
    unauthenticated: new UnauthenticatedLimit(settings.maxUnauthenticated),
    deployments: new Deployments({
      clock,
      start: async (record, rights) => {
        const code = pipelineCode();
        const { readStartOptions, startTask } = code instanceof Promise
          ? await code
          : code;
        return await startTask(core, {
          pipeline: record.pipeline,
          userId: record.created_by ?? settings.userId,
          rights,
          options: readStartOptions({}, settings.maxPipes),
          trigger: "scheduled",
          useExisting: true,
        });
      },
    }),
    stores,
    links: new FileLinks(newId),
    host: {
      ...settings,
      monitors,
      filesOf: (userId, allowed) =>
        nodeFiles(() => {
          if (allowed) return stores.filesOf(userId);
          throw denied("Permission 'task.store' denied");
        }),
      onTaskEnd,
    },
    held: new MemoryBudget(settings.maxHeldBytes),
    heldForStrangers: new MemoryBudget(
      Math.min(STRANGERS_BYTES, settings.maxHeldBytes),
    ),
    ended: lifetime.signal,
  };
  const connections = new Set<Connection>();
  let closed: Promise<void> | undefined;

  function onTaskEnd(token: string): void {
    tasks.retire(token);
    const task = tasks.get(token);
    if (task?.record.endedBadly) dashboard.taskFailed(task);
  }

  function connect(
    peer: Peer,
    inProcess: boolean,
    onLogin?: () => void,
    origin?: string,
  ): Connection {
    const onEnd = (): void => void connections.delete(connection);
    const hooks = { onEnd, onLogin, origin };
    const connection = new Connection(core, peer, inProcess, hooks);
    connections.add(connection);
    if (closed) connection.close(1001, "Engine is closed");
    return connection;
  }

  const accept: Acceptor = (peer) => {
    const connection = connect(peer, true);
    return {
      onMessage: (message) => connection.onMessage(message),
      onClose: () => connection.onClose(),
    };
  };
  const fetch = fetchHandler(
    core,
    (peer, onLogin, origin) => connect(peer, false, onLogin, origin),
  );

  async function end(): Promise<void> {
    lifetime.abort();
    core.deployments.close();
    await tasks.close();
    for (const connection of [...connections]) {
      connection.close(1001, "Engine is closed");
    }
    await core.stores.settled();
  }

  function close(): Promise<void> {
    closed ??= end();
    return closed;
  }

  return {
    accept,
    transport: () => memoryTransport(accept),
    fetch,
    close,
    [Symbol.asyncDispose]: close,
  };
}
