import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Lane, NodeDefinition } from "../../lib/engine/node.ts";
import { dataPort, withEngine } from "../support/engine_rig.ts";
import { graph, run, worker } from "../support/one_object.ts";
import { testNode } from "../support/test_nodes.ts";

/** A node that notes everything that happens to it in `log`. */
function logger(log: string[]): NodeDefinition {
  return testNode({
    provider: "log",
    instance: (_pipe, { id }) => ({
      open: () => void log.push(`${id} open`),
      on: { text: (text) => void log.push(`${id} ${text}`) },
      closing: () => void log.push(`${id} closing`),
      close: () => void log.push(`${id} close`),
    }),
  });
}

Deno.test("an object's life goes open backwards, everything else forwards", async () => {
  const log: string[] = [];
  await run(
    [logger(log)],
    graph(["in=log"], ["a=log", "text<in"], ["b=log", "text<a"]),
  );
  assertEquals(log, [
    "b open",
    "a open",
    "in open",
    "a x",
    "b x",
    "in closing",
    "a closing",
    "b closing",
    "in close",
    "a close",
    "b close",
  ]);
});

Deno.test("branches are served one after the other, depth first, in array order", async () => {
  const log: string[] = [];
  await run(
    [logger(log)],
    graph(
      ["in=entry"],
      ["late=log", "text<b"],
      ["b=log", "text<in"],
      ["a=log", "text<in"],
      ["last=log", "text<a"],
    ),
  );
  assertEquals(log.filter((line) => line.endsWith(" x")), [
    "b x",
    "late x",
    "a x",
    "last x",
  ]);
});

Deno.test("a join is closed after both of its feeders", async () => {
  const log: string[] = [];
  await run(
    [logger(log)],
    // The join stands first in the array and follows its first parent there.
    graph(
      ["join=log", "text<a", "text<b"],
      ["a=log", "text<in"],
      ["b=log", "text<a2"],
      ["a2=log", "text<in"],
      ["in=entry"],
    ),
  );
  const closings = log.filter((line) => line.endsWith("closing"));
  assertEquals(closings.at(-1), "join closing");
  // What reaches it twice is handled twice.
  assertEquals(log.filter((line) => line === "join x").length, 2);
});

Deno.test("what is emitted at closing still reaches a join before it closes", async () => {
  const flusher = testNode({
    provider: "flusher",
    instance: (pipe, { id }) => ({
      on: { text: () => "consume" },
      closing: () => pipe.emit("text", `${id} flushed`),
    }),
  });
  const join = testNode({
    provider: "join",
    instance: (pipe) => {
      const texts: string[] = [];
      return {
        on: { text: (text) => void texts.push(text) },
        closing: () => pipe.emit("text", texts.join()),
      };
    },
  });
  const body = await run(
    [flusher, join],
    graph(
      ["in=entry"],
      ["join", "text<a", "text<b"],
      ["out=response_all", "text<join"],
      ["a=flusher", "text<in"],
      ["b=flusher", "text<in"],
    ),
  );
  assertEquals(body.seen, ["a flushed", "b flushed", "a flushed,b flushed"]);
});

Deno.test("two connections of the same lane are two calls", async () => {
  const body = await run(
    [],
    graph(["in=entry"], [
      "out=response_all",
      "text<in",
      "text<in",
    ]),
  );
  assertEquals(body.seen, ["x", "x"]);
});

Deno.test("a lane that a node does not handle goes through it unchanged", async () => {
  const silent = testNode({ provider: "silent" });
  const pipeline = graph(["in=entry"], ["a=silent", "text<in"], [
    "out=response_all",
    "text<a",
  ]);
  for (const forwarding of ["clean", "engine"] as const) {
    assertEquals((await run([silent], pipeline, { forwarding })).seen, ["x"]);
  }
});

Deno.test("a handler that only looks lets the payload go on, after it", async () => {
  const order: string[] = [];
  const looker = worker("looker", async () => {
    await Promise.resolve();
    order.push("looked");
  });
  const next = worker("next", () => {
    order.push("next");
    return Promise.resolve();
  });
  await run(
    [looker, next],
    graph(["in=entry"], ["a=looker", "text<in"], ["b=next", "text<a"]),
  );
  assertEquals(order, ["looked", "next"]);
});

Deno.test("consume keeps the payload in both modes", async () => {
  const eater = worker("eater", () => Promise.resolve("consume" as const));
  const pipeline = graph(["in=entry"], ["a=eater", "text<in"], [
    "out=response_all",
    "text<a",
  ]);
  for (const forwarding of ["clean", "engine"] as const) {
    const body = await run([eater], pipeline, { forwarding });
    assertEquals("seen" in body, false);
  }
});

Deno.test("a node that answers on the same lane replaces in clean, adds in engine", async () => {
  const upper = worker(
    "upper",
    (pipe, text) => pipe.emit("text", text.toUpperCase()),
  );
  const pipeline = graph(["in=entry"], ["a=upper", "text<in"], [
    "out=response_all",
    "text<a",
  ]);
  assertEquals((await run([upper], pipeline)).seen, ["X"]);
  const engine = await run([upper], pipeline, { forwarding: "engine" });
  assertEquals(engine.seen, ["X", "x"]);
});

Deno.test("a node that answers on another lane forwards in both modes", async () => {
  const tabler = worker("tabler", (pipe, text) => pipe.emit("table", text));
  const pipeline = graph(["in=entry"], ["a=tabler", "text<in"], [
    "out=response_all",
    "text<a",
    "table<a",
  ]);
  for (const forwarding of ["clean", "engine"] as const) {
    const body = await run([tabler], pipeline, { forwarding });
    assertEquals(body.seen, ["x", "x"]);
    assertEquals(body.result_types, { seen: "text" });
  }
});

Deno.test("a node that replaces never forwards what it handles in clean", async () => {
  const keeper = worker("keeper", () => Promise.resolve(), { replaces: true });
  const pipeline = graph(["in=entry"], ["a=keeper", "text<in"], [
    "out=response_all",
    "text<a",
  ]);
  assertEquals("seen" in await run([keeper], pipeline), false);
  const engine = await run([keeper], pipeline, { forwarding: "engine" });
  assertEquals(engine.seen, ["x"]);
});

Deno.test("a branch cannot disturb its sibling's payload", async () => {
  const editor = testNode({
    provider: "editor",
    instance: () => ({
      on: {
        documents: (docs) => {
          for (const doc of docs) {
            Object.assign(doc, { page_content: "edited" });
          }
        },
      },
    }),
  });
  await withEngine([editor], async ({ client, start }) => {
    const { token } = await start(graph(
      ["in=entry"],
      ["a=editor", "documents<in"],
      ["out=response_all", "documents<a", "documents<in"],
    ));
    const { seen } = await dataPort(client, token).send(
      "lane/documents",
      '{"page_content":"as sent"}',
    );
    // Down its own branch the edit is seen, as on a server.
    assertEquals(seen, [
      [{ page_content: "edited" }],
      [{ page_content: "as sent" }],
    ]);
  });
});

Deno.test("what a node forgets to wait for is waited for all the same", async () => {
  const hasty = worker("hasty", (pipe, text) => {
    void pipe.emit("text", `${text}1`);
    void pipe.emit("text", `${text}2`);
    return Promise.resolve();
  });
  const slow = worker("slow", async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  });
  const body = await run(
    [hasty, slow],
    graph(["in=entry"], ["a=hasty", "text<in"], ["b=slow", "text<a"], [
      "out=response_all",
      "text<b",
    ]),
  );
  assertEquals(body.seen, ["x1", "x2"]);
});

Deno.test("a node can ask who listens", async () => {
  let heard: unknown;
  const asker = testNode({
    provider: "asker",
    instance: (pipe) => {
      const lanes: readonly Lane[] = ["text", "table"];
      heard = lanes.map((lane) => pipe.listens(lane));
      return {};
    },
  });
  await run(
    [asker],
    graph(["in=entry"], ["a=asker", "text<in"], ["out=response_all", "text<a"]),
  );
  assertEquals(heard, [true, false]);
});

Deno.test("every object gets nodes of its own", async () => {
  const counter = testNode({
    provider: "counter",
    instance: (pipe) => {
      let count = 0;
      return {
        on: { text: () => void count++ },
        closing: () => pipe.emit("text", `${count}`),
      };
    },
  });
  await withEngine([counter], async ({ client, start }) => {
    const { token } = await start(
      graph(["in=entry"], ["a=counter", "text<in"], [
        "out=response_all",
        "text<a",
      ]),
    );
    const port = dataPort(client, token);
    assertEquals((await port.send("text/plain", "a", "b")).seen.at(-1), "2");
    assertEquals((await port.send("text/plain", "a")).seen.at(-1), "1");
  });
});

Deno.test("only what the source leads to is loaded", async () => {
  const started: string[] = [];
  const spy = testNode({
    provider: "spy",
    start: ({ id }) => void started.push(id),
  });
  await run(
    [spy],
    graph(
      ["other=spy"],
      ["sub=spy", "text<other"],
      ["in=spy"],
      ["a=spy", "text<in"],
      ["h=spy", "tool!a"],
      ["behind=spy", "text<h"],
      ["stray=spy", "tool!other"],
    ),
  );
  assertEquals(started, ["in", "a", "h", "behind"]);
});

Deno.test("what is wrong with the rest is warned of", async () => {
  const env = { ROCKETRIDE_INTO: "secret" };
  await withEngine([], async ({ client, start }) => {
    const wiring = [
      { lane: "text", from: "inn" },
      { lane: "text", from: "${ROCKETRIDE_INTO}" },
    ];
    const { token } = await start({
      source: "in",
      components: [
        { id: "in", provider: "entry", config: {} },
        { id: "out", provider: "response_all", config: {}, input: wiring },
      ],
    });
    const status = await client.ok("rrext_get_task_status", { token });
    assertEquals(status.warnings.length, 2);
    assertStringIncludes(
      status.warnings[0],
      "Component out input references unknown component id: inn",
    );
    assertStringIncludes(status.warnings[1], "id: ${ROCKETRIDE_INTO}");
  }, { env });
});

Deno.test("a handler that returns a word nobody knows fails the write", async () => {
  const typist = testNode({
    provider: "typist",
    instance: () => ({
      on: {
        async text(): Promise<string> {
          return await Promise.resolve("consumed");
        },
      },
    }),
  });
  await withEngine([typist], async ({ client, start }) => {
    const { token } = await start(graph(["in=entry"], ["t=typist", "text<in"]));
    const port = dataPort(client, token);
    const error = await assertRejects(
      () => port.send("text/plain", "x"),
      Error,
    );
    assertStringIncludes(
      error.message,
      'Handler of "t" returned "consumed": expected "consume" or nothing',
    );
  });
});
