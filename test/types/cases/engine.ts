import { connect, send, use } from "@rocketride/streams";
import { getDashboard } from "@rocketride/streams/admin";
import {
  createEngine,
  defineNode,
  type Engine,
} from "@rocketride/streams/engine";
import { isTaskStatus, type TaskStatus } from "@rocketride/streams/schema";
import { same } from "./_same.ts";

const shout = defineNode({
  provider: "shout",
  title: "Shout",
  description: "Turns text into capitals",
  classType: ["text"],
  lanes: { text: ["text"] },
  start: () => ({
    instance: (pipe) => ({
      on: {
        async text(text): Promise<void> {
          same<typeof text, string>();
          await pipe.emit("text", text.toUpperCase());
          // @ts-expect-error: text travels on this lane, not numbers
          await pipe.emit("text", 1);
          // @ts-expect-error: there is no such lane
          await pipe.emit("smell", text);
        },
      },
    }),
  }),
});

export async function engines(): Promise<void> {
  const engine = createEngine({ nodes: [shout], auth: ["secret"] });
  same<typeof engine, Engine>();
  const session = await connect({ transport: engine.transport(), auth: "k" });
  const task = await use(session, { pipeline: { components: [] } });
  const { text } = await send(session, task, "hello");
  same<typeof text, readonly string[] | undefined>();
  await getDashboard(session);
  const handler: (request: Request) => Response | Promise<Response> =
    engine.fetch;
  void handler;
  await engine[Symbol.asyncDispose]();
}

export function statuses(value: unknown): TaskStatus | undefined {
  return isTaskStatus(value) ? value : undefined;
}
