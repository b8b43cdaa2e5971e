import {
  connect,
  createQuestion,
  type Session,
  type Task,
  use,
} from "@rocketride/streams";
import { createEngine, type Engine } from "@rocketride/streams/engine";
import { writeText } from "@rocketride/streams/store";
import config from "../../deno.json" with { type: "json" };
import { countingSignal } from "../support/counting_signal.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import {
  type ExportedFunction,
  readFunctions,
} from "../support/read_functions.ts";
import { ROOT } from "../support/read_tree.ts";
import { modelPipeline, textPipeline } from "./nodes.ts";

type Unchecked = (...given: readonly unknown[]) => unknown;

/** What the functions are called with. */
interface World {
  readonly engine: Engine;
  readonly session: Session;
  /** A task that takes texts, and one that answers questions. */
  readonly text: Task;
  readonly model: Task;
}

/** A function that takes a signal, and how it is called. */
export interface SignalTaker {
  /** Its entry and name, such as `./store readText`. */
  readonly name: string;
  /** Call it with a signal, and finish what it returns, however it ends. */
  call(signal: AbortSignal): Promise<void>;
}

/** How many listeners calls have left on a signal. */
export interface Listeners {
  /** How many calls there were. */
  readonly calls: number;
  /** How many were ever attached. */
  readonly attached: number;
  /** How many are still there. */
  readonly left: number;
}

/** Calls that are under way at once. */
const AT_ONCE = 16;
/** A word that is like no option. */
const UNLIKE = "zqxjkv";

/** Entries whose functions work on files, and look at a signal now and then. */
const WITHOUT_LISTENERS: ReadonlySet<string> = new Set(["./cli", "./page"]);

/** Arguments of functions for which those by name or type do not do. */
const ARGUMENTS: Readonly<Record<string, (world: World) => unknown[]>> = {
  ask: ({ session, model }) => [session, model, "What?"],
  chat: ({ session, model }) => [session, model, "What?"],
  chatStream: ({ session, model }) => [session, model, "What?"],
  restart: ({ session }) => [session, "tk_1"],
  setEvents: ({ session, text }) => [session, text, []],
  terminate: ({ session }) => [session, "tk_1"],
  transaction: ({ session, text }) => [session, text, () => {}],
};

const LOG = { projectId: "text", source: "in" };

/** Options that functions cannot do without. */
const OPTIONS: Readonly<Record<string, (world: World) => object>> = {
  connect: ({ engine }) => ({
    transport: engine.transport(),
    env: {},
    heartbeat: false,
  }),
  getServerInfo: ({ engine }) => ({ transport: engine.transport(), env: {} }),
  events: () => ({ types: ["apaevt_task"] }),
  deleteLogEvents: () => ({ ...LOG, all: true }),
  getLogChapters: () => LOG,
  getLogState: () => LOG,
  listLogStreams: () => LOG,
  readLog: () => LOG,
  readLogSegment: () => ({ ...LOG, segment: 1 }),
  readTrace: () => ({ ...LOG, beginSeq: 1 }),
  restart: () => ({ pipeline: textPipeline("none") }),
  use: () => ({ pipeline: textPipeline("listeners"), useExisting: true }),
  validate: () => ({ pipeline: textPipeline("listeners") }),
};

/** Every function of the public entries that takes a signal. */
export async function signalTakers(world: World): Promise<SignalTaker[]> {
  const takers = new Map<string, SignalTaker>();
  for (const [entry, file] of Object.entries(config.exports)) {
    if (WITHOUT_LISTENERS.has(entry)) continue;
    const exported: Record<string, unknown> = await import(
      new URL(file, ROOT).href
    );
    for (const declared of await readFunctions(file)) {
      const called = exported[declared.name] as Unchecked;
      const args = argumentsOf(declared, world);
      if (!args || !await takesSignal(called, args)) continue;
      const name = `${entry} ${declared.name}`;
      const more = OPTIONS[declared.name]?.(world);
      takers.set(name, {
        name,
        async call(signal): Promise<void> {
          await finish(() => called(...args, { ...more, signal }));
        },
      });
    }
  }
  return [...takers.values()];
}

/**
 * Call a function again and again with one signal that outlives the calls.
 *
 * @param most The number of calls.
 * @param ms Milliseconds after which no further call begins.
 */
export async function listenersAfter(
  { call }: SignalTaker,
  most: number,
  ms: number = Infinity,
): Promise<Listeners> {
  const source = countingSignal();
  const end = performance.now() + ms;
  let calls = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (calls < most && performance.now() < end) {
      calls++;
      await call(source.signal);
    }
  }));
  return { calls, attached: source.attached, left: source.listeners };
}

/** Run something with an engine in process and what is called there. */
export async function withWorld(
  run: (world: World) => Promise<void>,
): Promise<void> {
  await using engine = createEngine();
  const session = await connect({
    transport: engine.transport(),
    auth: "key",
    env: {},
    heartbeat: false,
  });
  const text = await use(session, { pipeline: textPipeline("text") });
  const model = await use(session, { pipeline: modelPipeline("model") });
  await writeText(session, "x", "{}");
  await run({ engine, session, text, model });
  await session[Symbol.asyncDispose]();
}

/** What comes before the options; nothing where there are none. */
function argumentsOf(
  { name, parameters }: ExportedFunction,
  world: World,
): unknown[] | undefined {
  const at = parameters.findLastIndex(areOptions);
  if (at < 0) return undefined;
  const { engine, session, text } = world;
  const values: Readonly<Record<string, unknown>> = {
    Session: session,
    Engine: engine,
    Transport: engine.transport(),
    TaskRef: text,
    MonitorTarget: text,
    PipeSource: "text",
    FileInputs: [new File(["text"], "x.txt")],
    Iterable: ["x"],
    EnvScope: "user",
    string: "x",
    question: createQuestion(),
    pipeline: textPipeline("listeners"),
    orgId: "x",
    returnUrl: "https://example.com/",
    task: text,
    version: 1,
    archive: new Uint8Array([0x50, 0x4b, 3, 4]),
    AppAddress: { appId: "x", version: 1 },
    CheckoutParams: { appId: "x", priceId: "x" },
    CreateKeyParams: { name: "x" },
    CreditCheckoutParams: { packId: "x", returnUrl: "https://x.example" },
    DeploymentAddress: { projectId: "x" },
    DeploymentUpdate: { schedule: "0 6 * * *" },
    InviteMemberParams: { email: "x@example.com" },
    LogContents: { body: { startTime: 1 } },
    MemberRoleParams: { userId: "x", role: "admin" },
    Pick: { teamId: "x", userId: "x" },
    ProfileUpdate: { displayName: "x" },
    RequestMessage: { type: "request", seq: 1, command: "rrext_ping" },
    SourceAddress: { projectId: "x", sourceId: "in" },
    TeamMemberParams: { teamId: "x", userId: "x", permissions: ["x"] },
    Transaction: { sessionId: "x", token: text.token, node: "x" },
    UpgradeParams: { appId: "x", newPriceId: "x" },
  };
  return ARGUMENTS[name]?.(world) ??
    parameters.slice(0, at).map((it) =>
      values[it.type] ?? values[it.name] ?? {}
    );
}

function areOptions(
  { name, type }: ExportedFunction["parameters"][number],
): boolean {
  return name === "options" || /(?:Options|Params|Update|Address)$/.test(type);
}

/** Whether the options that are known have a signal among them. */
async function takesSignal(
  called: Unchecked,
  args: readonly unknown[],
): Promise<boolean> {
  try {
    await called(...args, { [UNLIKE]: 1 });
    return false;
  } catch (error) {
    return error instanceof TypeError &&
      /: expected .*\bsignal\b/.test(error.message);
  }
}

/** Take what a function returns to its end; a failure is an end, too. */
async function finish(call: () => unknown): Promise<void> {
  try {
    await release(await call());
  } catch {
    // Listeners must be gone then, too.
  }
}

/** Begin to read a stream, and cancel it: what it waits for may never come. */
async function glanced(stream: ReadableStream): Promise<void> {
  const reader = stream.getReader();
  await Promise.race([reader.read(), drainMicrotasks()]);
  await reader.cancel();
}

async function release(value: unknown): Promise<void> {
  if (typeof value !== "object" || value === null) return;
  if (value instanceof ReadableStream) return await glanced(value);
  if (value instanceof WritableStream) return await value.close();
  if ("readable" in value && "writable" in value) {
    const { readable, writable } = value as TransformStream;
    await Promise.allSettled([writable.close(), readable.cancel()]);
    return;
  }
  if (Symbol.asyncIterator in value) {
    const iterator = (value as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.return?.();
    return;
  }
  // A task is shared by the calls; it ends with its session.
  if ("token" in value) return;
  if (Symbol.asyncDispose in value) {
    await (value as AsyncDisposable)[Symbol.asyncDispose]();
  }
}
