// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Serves an engine with its page, in which 100 tasks work without end and
 * bring about 5,000 events a second. Prints the address.
 */
import { connect, pipe, use } from "@rocketride/streams";
import { createEngine } from "@rocketride/streams/engine";
import { enginePage } from "@rocketride/streams/page";
import { entry, testNode } from "../support/test_nodes.ts";

const TASKS = 100;
const EVENTS_A_SECOND = 5_000;
/** What each text brings about: a component is entered and left. */
const EVENTS_OF_A_TEXT = 2;
const INTERVAL_MS = 1_000 * TASKS * EVENTS_OF_A_TEXT / EVENTS_A_SECOND;

const ticker = testNode({
  provider: "ticker",
  instance: ({ emit, signal }) => ({
    on: {
      async text(): Promise<void> {
        const since = performance.now();
        for (let sent = 0; !signal.aborted;) {
          const due = (performance.now() - since) / INTERVAL_MS;
          for (; sent < due; sent++) await emit("text", "tick");
          await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
        }
      },
    },
  }),
});
const sink = testNode({
  provider: "sink",
  instance: () => ({ on: { text: () => "consume" } }),
});
const page = enginePage();
const engine = createEngine({ nodes: [entry(), ticker, sink] });
const session = await connect({ transport: engine.transport(), env: {} });
for (let number = 1; number <= TASKS; number++) {
  const task = await use(session, {
    name: `Busy ${number}`,
    pipelineTraceLevel: "summary",
    ttl: 0,
    pipeline: {
      source: "in",
      components: [
        { id: "in", provider: "entry", config: {} },
        {
          id: "ticker",
          provider: "ticker",
          config: {},
          input: [{ lane: "text", from: "in" }],
        },
        {
          id: "sink",
          provider: "sink",
          config: {},
          input: [{ lane: "text", from: "ticker" }],
        },
      ],
    },
  });
  const target = await pipe(session, task, { mimeType: "text/plain" });
  const writer = target.getWriter();
  // It is worked on until the program ends.
  writer.write("Begin").catch(() => {});
  writer.close().catch(() => {});
}
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`http://127.0.0.1:${port}/`),
}, (request, info) => page(request) ?? engine.fetch(request, info));
