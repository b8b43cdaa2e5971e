import { assertEquals } from "@std/assert";
import type { NodeDefinition } from "../../lib/engine/node.ts";
import type { Pipeline } from "../../schema/pipeline.ts";
import { graph, run, worker } from "../support/one_object.ts";
import { testNode } from "../support/test_nodes.ts";

/** Asks its helpers and emits what they answer, or why they do not. */
function asker(nodeId?: string): NodeDefinition {
  return worker("asker", async (pipe, text) => {
    const call = { op: "ask", args: { text } };
    const answer = await pipe.control("llm", call, nodeId).catch(
      (error) => error.message,
    );
    await pipe.emit("text", `${pipe.helpers("llm")}: ${answer}`);
  });
}

/** Answers control calls with its id; `undefined` when told to pass. */
function answerer(provider: string, passes = false): NodeDefinition {
  return testNode({
    provider,
    instance: (_pipe, { id }) => ({
      open: () => {
        throw new Error("A helper has no life of its own");
      },
      invoke: ({ op, args }) => passes ? undefined : `${id} ${op} ${args.text}`,
    }),
  });
}

Deno.test("a control call goes to the first helper that accepts it", async () => {
  const nodes = [
    asker(),
    answerer("passing", true),
    answerer("willing"),
    testNode({ provider: "deaf" }),
  ];
  const wired = (...helpers: readonly (readonly string[])[]): Pipeline =>
    graph(
      ["in=entry"],
      ["a=asker", "text<in"],
      ["out=response_all", "text<a"],
      ...helpers,
    );
  const seen = async (...helpers: readonly string[]): Promise<unknown> => {
    const components = helpers.map((head) => [head, "llm!a"]);
    return (await run(nodes, wired(...components))).seen;
  };
  assertEquals(await seen("h=willing"), ["h: h ask x"]);
  assertEquals(await seen("p=passing", "d=deaf", "h=willing"), [
    "p,d,h: h ask x",
  ]);
  assertEquals(await seen(), [": No control listeners registered for llm"]);
  assertEquals(await seen("p=passing"), [
    "p: No driver accepted the llm invoke command",
  ]);
});

Deno.test("a control call by id reaches that helper only", async () => {
  const nodes = [
    answerer("passing", true),
    answerer("willing"),
    testNode({ provider: "deaf" }),
  ];
  const pipeline = graph(
    ["in=entry"],
    ["a=asker", "text<in"],
    ["out=response_all", "text<a"],
    ["h=willing", "llm!a"],
    ["i=willing", "llm!a"],
    ["d=deaf", "llm!a"],
  );
  const seen = async (id: string): Promise<unknown> =>
    (await run([asker(id), ...nodes], pipeline)).seen[0];
  assertEquals(await seen("i"), "h,i,d: i ask x");
  assertEquals(await seen("d"), "h,i,d: Driver d does not accept invoke calls");
  assertEquals(
    await seen("out"),
    "h,i,d: Node 'out' not found for control type 'llm'",
  );
});

Deno.test("a helper that fails is its invoker's affair", async () => {
  const failing = testNode({
    provider: "failing",
    instance: () => ({
      invoke: () => {
        throw new Error("Rate limit exceeded");
      },
    }),
  });
  const body = await run(
    [asker(), failing],
    graph(["in=entry"], ["a=asker", "text<in"], ["h=failing", "llm!a"], [
      "out=response_all",
      "text<a",
    ]),
  );
  assertEquals(body.seen, ["h: Rate limit exceeded"]);
  assertEquals("error" in body, false);
});
