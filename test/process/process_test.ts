import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  close,
  connect,
  type ConnectOptions,
  getTaskStatus,
  pipe,
  use,
} from "@rocketride/streams";
import {
  createEngine,
  type Engine,
  serveEngine,
} from "@rocketride/streams/engine";
import type { ChildEnding, ChildProgram } from "../support/child_program.ts";
import { forEachHost } from "../support/hosts.ts";
import { through, valve } from "../support/pipelines.ts";
import { testNode } from "../support/test_nodes.ts";

const PROGRAMS = "test/process/programs/";

/** Far less than the library's own timers have, far more than is needed. */
const PROMPTLY_MS = 10_000;

/** Serve an engine with a valve while a test runs. */
async function withEngine(
  test: (
    uri: string,
    engine: Engine,
    tap: ReturnType<typeof valve>,
  ) => Promise<void>,
): Promise<void> {
  const tap = valve();
  await using engine = createEngine({ nodes: [tap.node] });
  await using server = await serveEngine(engine);
  await test(server.uri, engine, tap);
}

function here(engine: Engine): ConnectOptions {
  return { transport: engine.transport(), env: {} };
}

/** How it ended; it must not take long. */
async function endsPromptly(child: ChildProgram): Promise<ChildEnding> {
  const late = setTimeout(() => child.kill("SIGKILL"), PROMPTLY_MS);
  const ending = await child.ended();
  clearTimeout(late);
  return ending;
}

const WELL: ChildEnding = { code: 0, stdout: "", stderr: "" };

const LEFT = [
  "nothing",
  "heartbeat",
  "persist",
  "events",
  "pipe",
  "chat",
  "http",
  "embedded",
];

forEachHost(
  "a program ends promptly after close(), whatever it left",
  async (host) => {
    for (const what of LEFT) {
      await withEngine(async (uri) => {
        await using child = await host.start(`${PROGRAMS}ends.ts`, uri, what);
        assertEquals([what, await child.line()], [what, "closed"]);
        assertEquals([what, await endsPromptly(child)], [what, WELL]);
      });
    }
  },
);

forEachHost("a program lives while it waits for an answer", async (host) => {
  for (const what of ["answer", "http"]) {
    await withEngine(async (uri, _, tap) => {
      await using child = await host.start(`${PROGRAMS}waits.ts`, uri, what);
      await child.until(tap.reached());
      tap.open();
      assertEquals(await child.line(), '["waited\\n\\n"]');
      assertEquals(await endsPromptly(child), WELL);
    });
  }
});

forEachHost("a program lives while it waits for an event", async (host) => {
  await withEngine(async (uri, engine, tap) => {
    await using child = await host.start(`${PROGRAMS}waits.ts`, uri, "event");
    await child.until(tap.reached());
    await engine.close();
    assertEquals(await child.line(), '"end"');
    assertEquals(await endsPromptly(child), WELL);
  });
});

forEachHost(
  "a program lives while it waits for its engine to come back",
  async (host) => {
    await using engine = createEngine();
    const server = await serveEngine(engine);
    const { uri, port } = server;
    await using child = await host.start(
      `${PROGRAMS}waits.ts`,
      uri,
      "comeback",
    );
    assertEquals(await child.line(), "connected");
    await server.close();
    assertEquals(await child.line(), "lost");
    await using _next = await serveEngine(engine, { port });
    // Once more, by close().
    assertEquals(await child.line(), "lost");
    assertEquals(await child.line(), "true");
    assertEquals(await endsPromptly(child), WELL);
  },
);

forEachHost(
  "a program lives while it waits for an engine at all",
  async (host) => {
    await using engine = createEngine();
    const before = await serveEngine(engine);
    const { uri, port } = before;
    await before.close();
    await using child = await host.start(`${PROGRAMS}waits.ts`, uri, "first");
    assertEquals(await child.line(), "failed");
    await using _server = await serveEngine(engine, { port });
    assertEquals(await child.line(), "true");
    assertEquals(await endsPromptly(child), WELL);
  },
);

const COMPUTING = ["ping", "open", "write", "heartbeat", "http", "http data"];

forEachHost(
  "answers that arrive while the program computes are in time",
  async (host) => {
    for (const what of COMPUTING) {
      await withEngine(async (uri) => {
        await using child = await host.start(
          `${PROGRAMS}computes.ts`,
          uri,
          what,
        );
        assertEquals([what, await child.line()], [what, "in time"]);
        assertEquals([what, await endsPromptly(child)], [what, WELL]);
      });
    }
  },
);

for (const how of ["socket", "http", "politely"]) {
  forEachHost(
    `ctrl-C during an upload frees its slot: ${how}`,
    async (host) => {
      const held = Promise.withResolvers<void>();
      const spy = testNode({
        provider: "spy",
        instance: () => ({
          on: {
            audio({ bytes }): void {
              if (bytes) held.resolve();
            },
          },
        }),
      });
      await using engine = createEngine({ nodes: [spy] });
      await using server = await serveEngine(engine);
      const session = await connect(here(engine));
      const task = await use(session, {
        pipeline: through("spy", "audio"),
        threads: 1,
      });
      await using child = await host.start(
        `${PROGRAMS}uploads.ts`,
        server.uri,
        task.token,
        how,
      );
      await child.until(held.promise);
      child.kill("SIGINT");
      const { code, stdout, stderr } = await endsPromptly(child);
      assertEquals(stderr, "");
      assertEquals(
        [code, stdout],
        how === "politely" ? [0, "Interrupted\n"] : [130, ""],
      );
      // Opens when the only slot is free.
      const next = await pipe(session, task);
      const { completedCount, failedCount } = await getTaskStatus(
        session,
        task,
      );
      assertEquals(completedCount + failedCount, 1);
      await next.abort();
      await close(session);
    },
  );
}

forEachHost(
  "a failure that nobody handles ends the program, and well visibly",
  async (host) => {
    await withEngine(async (uri) => {
      await using child = await host.start(`${PROGRAMS}fails.ts`, uri);
      const { code, stdout, stderr } = await endsPromptly(child);
      assertEquals([code, stdout], [1, ""]);
      assertStringIncludes(stderr, 'component "nobody" not found');
      // The advice, once: it is a part of the message.
      const advice = "Set source to the id of the entry component.";
      assertEquals(stderr.split(advice).length, 2, stderr);
      assertEquals(stderr.split(advice.slice(0, -1)).length, 2, stderr);
      assert(!stderr.includes("top-secret"));
    });
  },
);
