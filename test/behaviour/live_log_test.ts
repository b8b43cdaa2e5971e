import { assert, assertEquals, assertLess } from "@std/assert";
import { close, connect, send, use } from "@rocketride/streams";
import { readLog } from "@rocketride/streams/admin";
import {
  createEngine,
  defineNode,
  serveEngine,
} from "@rocketride/streams/engine";

const MIB = 1024 * 1024;
const PAST = 5_000;
const LIVE = 30_000;
const PER_SECOND = 10_000;
const LOG = { projectId: "ticks", source: "in" };

/** Sends numbered events: those of the past at once, the others at a rate. */
function ticker(): ReturnType<typeof defineNode> {
  let count = 0;
  return defineNode({
    provider: "ticker",
    title: "Ticker",
    description: "Sends numbered events.",
    classType: ["text"],
    lanes: { text: [] },
    start: ({ clock }) => ({
      instance: (pipe) => ({
        on: {
          text: async (text) => {
            const end = count + Number(text);
            const perTurn = end === PAST ? PAST : PER_SECOND / 200;
            let due = clock.now();
            while (count < end) {
              for (let at = 0; at < perTurn && count < end; at++) {
                pipe.sse("tick", { count: count++ });
              }
              due += 5;
              const late = Math.max(0, due - clock.now());
              await new Promise<void>((go) => void clock.after(late, go));
            }
          },
        },
      }),
    }),
  });
}

Deno.test("a log is read from the past into 10,000 events a second: none lost, none twice", async (t) => {
  const engine = createEngine({ nodes: [ticker()], maxLogBytes: 48 * MIB });
  await using server = await serveEngine(engine);
  const { uri } = server;
  const options = { uri, auth: "key", env: {}, heartbeat: false as const };
  const session = await connect(options);
  const reading = await connect(options);
  const task = await use(session, {
    pipeline: {
      project_id: LOG.projectId,
      source: LOG.source,
      components: [
        { id: "in", provider: "webhook", config: {} },
        {
          id: "tick",
          provider: "ticker",
          config: {},
          input: [{ lane: "text", from: "in" }],
        },
      ],
    },
  });
  await send(session, task, `${PAST}`);
  const before = Deno.memoryUsage().heapUsed;
  const began = performance.now();
  let produced = 0;
  const sending = send(session, task, `${LIVE}`)
    .then(() => produced = performance.now() - began);
  const reader = readLog(reading, { ...LOG, types: ["sse"], live: true })
    .getReader();
  let peak = 0;
  let last = 0;
  const total = PAST + LIVE;
  for (let wanted = 0; wanted < total; wanted++) {
    const { value } = await reader.read();
    assert(value?.type === "event", `a gap before ${wanted}`);
    const { logSeq = 0, data } = value.body as {
      readonly logSeq?: number;
      readonly data?: { readonly count?: number };
    };
    assertEquals(data?.count, wanted);
    assert(logSeq > last);
    last = logSeq;
    if (wanted % 500 === 0) {
      peak = Math.max(peak, Deno.memoryUsage().heapUsed);
    }
  }
  await sending;
  await reader.cancel();
  const rate = Math.round(LIVE / produced * 1_000);
  const grown = peak - before;
  const figures = `${rate} events a second, heap +${
    Math.round(grown / MIB)
  } MiB`;
  // The log of the engine, in the same process, is most of it.
  await t.step(figures, () => assertLess(grown, 200 * MIB));
  await close(reading);
  await close(session);
  await engine.close();
});
