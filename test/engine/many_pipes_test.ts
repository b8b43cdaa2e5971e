import { assertEquals } from "@std/assert";
import { dataPort, withEngine } from "../support/engine_rig.ts";
import { chain } from "../support/test_nodes.ts";

const TASKS = 16;
const SESSIONS = 64;
const PIPES = TASKS * SESSIONS;

Deno.test("64 sessions have 1,024 pipes open at once, each with its own object", async () => {
  await withEngine([], async ({ connect, client, start }) => {
    const tokens = await Promise.all(
      Array.from({ length: TASKS }, async (_, at) => {
        const pipeline = chain("text", "a=entry", "b=response_all");
        const { token } = await start(pipeline, { token: `task-${at}` });
        return token as string;
      }),
    );
    const clients = await Promise.all(
      Array.from({ length: SESSIONS }, () => connect()),
    );
    const pipes = await Promise.all(
      clients.flatMap((client, session) =>
        tokens.map(async (token) => {
          const port = dataPort(client, token);
          const id = await port.open();
          return { port, id, text: `${session} ${token}` };
        })
      ),
    );
    assertEquals(pipes.length, PIPES);
    for (const token of tokens) {
      const { pipeflow } = await client.ok("rrext_get_task_status", { token });
      assertEquals(pipeflow.totalPipes, SESSIONS);
    }
    for (let round = 0; round < 3; round++) {
      await Promise.all(
        pipes.map(({ port, id, text }) => port.write(id, text)),
      );
    }
    const results = await Promise.all(
      pipes.map(({ port, id }) => port.close(id)),
    );
    assertEquals(
      results.map(({ seen }) => seen),
      pipes.map(({ text }) => [text, text, text]),
    );
    // The sessions that leave free what they have open.
    await Promise.all(
      clients.flatMap((client) =>
        tokens.map((token) => dataPort(client, token).open())
      ),
    );
    await Promise.all(clients.map((client) => client.close()));
    for (const token of tokens) {
      const status = await client.ok("rrext_get_task_status", { token });
      assertEquals(status.pipeflow.totalPipes, 0);
      assertEquals(status.completedCount, SESSIONS);
      assertEquals(status.failedCount, SESSIONS);
    }
  });
});
