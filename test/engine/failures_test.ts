import { assertEquals, assertMatch } from "@std/assert";
import { dataPort, refusalPort, withEngine } from "../support/engine_rig.ts";
import {
  describeFailure,
  messageOf,
  placeOf,
} from "../../lib/engine/run/failure.ts";
import type { NodeDefinition, NodeInstance } from "../../lib/engine/node.ts";
import { chain, testNode } from "../support/test_nodes.ts";

const PIPELINE = chain("text", "a=entry", "b=failing", "c=response_all");

/** A node that throws in one phase of an object's life. */
function failing(phase: keyof NodeInstance | "instance"): NodeDefinition {
  const fail = (): never => {
    throw new Error(`No ${phase}`);
  };
  return testNode({
    provider: "failing",
    instance: () => {
      if (phase === "instance") fail();
      if (phase === "on") return { on: { text: fail } };
      return { [phase]: fail };
    },
  });
}

Deno.test("a failure at open refuses the open and frees the pipe", async () => {
  for (const phase of ["open", "instance"] as const) {
    await withEngine([failing(phase)], async ({ client, start }) => {
      const { token } = await start(PIPELINE, { threads: 1 });
      const refused = refusalPort(client, token);
      for (let attempt = 0; attempt < 2; attempt++) {
        assertMatch(
          await refused.open(),
          new RegExp(
            `^Exception: No ${phase} at \\(failures_test\\.ts:\\d+\\)$`,
          ),
        );
      }
      const status = await client.ok("rrext_get_task_status", { token });
      assertEquals(status.failedCount, 2);
      assertEquals(status.errors.length, 2);
      assertEquals(status.pipeflow.totalPipes, 0);
    });
  }
});

Deno.test("a failure at a write refuses it and all later ones", async () => {
  await withEngine([failing("on")], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    const port = dataPort(client, token);
    const refused = refusalPort(client, token);
    const id = await port.open();
    const write = await client.request("rrext_process", {
      subcommand: "write",
      pipe_id: id,
      token,
    }, { payload: new TextEncoder().encode("x") });
    assertEquals(write.success, false);
    assertMatch(
      write.message ?? "",
      /^Exception: No on at \(failures_test\.ts:\d+\)$/,
    );
    assertEquals(
      await refused.write(id, "y"),
      "Write pipe with id 0 has failed",
    );
    const { error } = await port.close(id);
    assertEquals(error.message, "No on");
    assertEquals(error.code, 19);
    assertEquals(error.file, "failures_test.ts");
    assertMatch(error.function, /\bfail$/);
    const status = await client.ok("rrext_get_task_status", { token });
    assertEquals(status.failedCount, 1);
    assertMatch(status.errors[0], /^Error\*No on\*failures_test\.ts:\d+$/);
    assertEquals(status.errors.length, 1);
  });
});

Deno.test("a failure at closing or close is told in the result", async () => {
  for (const phase of ["closing", "close"] as const) {
    await withEngine([failing(phase)], async ({ client, start }) => {
      const { token } = await start(PIPELINE);
      const body = await dataPort(client, token).send("text/plain", "x");
      // What could be produced is there as well.
      assertEquals(body.seen, ["x"]);
      assertEquals(body.error.message, `No ${phase}`);
      const status = await client.ok("rrext_get_task_status", { token });
      assertEquals([status.failedCount, status.completedCount], [1, 0]);
    });
  }
});

Deno.test("the first failure is the one that is told", async () => {
  const twice = testNode({
    provider: "failing",
    instance: () => ({
      closing: () => Promise.reject(new Error("First")),
      close: () => Promise.reject(new Error("Second")),
    }),
  });
  await withEngine([twice], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    const body = await dataPort(client, token).send("text/plain", "x");
    assertEquals(body.error.message, "First");
    const status = await client.ok("rrext_get_task_status", { token });
    assertEquals(status.errors.length, 1);
  });
});

Deno.test("a failure in a branch keeps its siblings from the payload", async () => {
  await withEngine([failing("on")], async ({ client, start }) => {
    const { components } = PIPELINE;
    const input = [{ lane: "text", from: "a" }];
    const sibling = { id: "d", provider: "response_all", config: {}, input };
    const pipeline = { components: [...components, sibling], source: "a" };
    const { token } = await start(pipeline);
    const port = dataPort(client, token);
    const id = await port.open();
    await refusalPort(client, token).write(id, "x");
    assertEquals("seen" in await port.close(id), false);
  });
});

Deno.test("a failure that an upstream node swallows still fails the object", async () => {
  const forgiving = testNode({
    provider: "forgiving",
    instance: (pipe) => ({
      on: { text: (text) => pipe.emit("text", text).catch(() => {}) },
    }),
  });
  await withEngine([forgiving, failing("on")], async ({ client, start }) => {
    const { token } = await start(
      chain("text", "a=entry", "f=forgiving", "b=failing", "c=response_all"),
    );
    const port = dataPort(client, token);
    const id = await port.open();
    assertMatch(
      await refusalPort(client, token).write(id, "x"),
      /^Exception: No on at /,
    );
    assertEquals((await port.close(id)).error.message, "No on");
  });
});

Deno.test("a failure of something emitted and forgotten is not lost", async () => {
  const hasty = testNode({
    provider: "hasty",
    instance: (pipe) => ({ closing: () => void pipe.emit("text", "x") }),
  });
  await withEngine([hasty, failing("on")], async ({ client, start }) => {
    const { token } = await start(
      chain("text", "a=entry", "h=hasty", "b=failing"),
    );
    const body = await dataPort(client, token).send("text/plain");
    assertEquals(body.error.message, "No on");
  });
});

Deno.test("a media object that failed is not ended", async () => {
  const actions: string[] = [];
  const picky = testNode({
    provider: "failing",
    instance: () => ({
      on: {
        image: ({ action }) => {
          actions.push(action);
          if (action === "write") throw new Error("Too dark");
        },
      },
    }),
  });
  await withEngine([picky], async ({ client, start }) => {
    const { token } = await start(chain("image", "a=entry", "b=failing"));
    const port = dataPort(client, token);
    const id = await port.open("image/png");
    await refusalPort(client, token).write(id, "x");
    assertEquals((await port.close(id)).error.message, "Too dark");
    assertEquals(actions, ["begin", "write"]);
  });
});

Deno.test("a failure at begin refuses the open", async () => {
  const picky = testNode({
    provider: "failing",
    instance: () => ({
      on: {
        image: () => {
          throw new Error("No pictures");
        },
      },
    }),
  });
  await withEngine([picky], async ({ client, start }) => {
    const { token } = await start(chain("image", "a=entry", "b=failing"));
    assertMatch(
      await refusalPort(client, token).open({ mimeType: "image/png" }),
      /^Exception: No pictures at /,
    );
  });
});

Deno.test("whatever is thrown is described", () => {
  assertEquals(messageOf("text"), "text");
  assertEquals(messageOf(undefined), "undefined");
  assertEquals(messageOf(new Error("")), "Error");
  assertEquals(messageOf(""), "Unknown failure");
  assertEquals(describeFailure("text"), {
    message: "text",
    code: 19,
    file: "",
    line: 0,
    function: "",
  });
});

Deno.test("the place of a failure is read from the stacks of all engines", () => {
  const place = (stack: string): unknown => {
    const error = new Error("x");
    error.stack = stack;
    return placeOf(error);
  };
  const known = { file: "node.ts", line: 12 };
  assertEquals(
    place("Error: x (y:1:2)\n    at async run (file:///a/b/node.ts:12:5)"),
    { ...known, function: "run" },
  );
  assertEquals(place("Error: x\n    at https://h/a/node.ts:12:5"), {
    ...known,
    function: "",
  });
  assertEquals(place("run@file:///a/b/node.ts:12:5\n@file:///a/c.ts:1:1"), {
    ...known,
    function: "run",
  });
  assertEquals(place("Error: x\n    at C:\\a\\node.ts:12:5"), {
    ...known,
    function: "",
  });
  assertEquals(place("Error: x"), { file: "", line: 0, function: "" });
});
