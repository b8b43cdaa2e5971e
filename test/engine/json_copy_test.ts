import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { jsonCopy } from "../../lib/engine/run/object_response.ts";
import { close, connect, events, pipe, use } from "../../mod.ts";
import { forEachTransport } from "../support/engines.ts";
import { graph, worker } from "../support/one_object.ts";

Deno.test("a copy is what JSON makes of a value", () => {
  const anything = fc.anything({
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
  });
  fc.assert(fc.property(anything, (value) => {
    const text = JSON.stringify(value);
    const wanted = text === undefined ? undefined : JSON.parse(text);
    assertEquals(jsonCopy(value), wanted);
  }));
});

Deno.test("what JSON cannot carry is no value to copy", () => {
  const round: Record<string, unknown> = {};
  round.again = [round];
  assertThrows(() => jsonCopy(round), TypeError, "contains itself");
  assertThrows(() => jsonCopy({ n: 1n }), TypeError, "bigint");
  const twice = { a: 1 };
  assertEquals(jsonCopy([twice, twice]), [{ a: 1 }, { a: 1 }]);
});

/** Goes on with what it told and answered. */
const counting = worker("counting", (p) => {
  const state = { n: 1, at: new Date(0), none: undefined, no: NaN };
  p.sse("state", state as never);
  p.respond("state", "answers", state);
  state.n = 2;
  return Promise.resolve();
});

forEachTransport(
  "what a node changes later is not changed in what it told and answered",
  async (options) => {
    const session = await connect(options);
    const task = await use(session, {
      pipeline: graph(
        ["in=webhook"],
        ["count=counting", "text<in"],
        ["out=response_text", "text<count"],
      ),
    });
    const told = await events(session, task, { types: ["sse"] });
    const target = await pipe(session, task, { mimeType: "text/plain" });
    const writer = target.getWriter();
    await writer.write("x");
    await writer.close();
    const { state } = await target.result as Record<string, unknown>;
    const wanted = { n: 1, at: "1970-01-01T00:00:00.000Z", no: null };
    assertEquals(state, [wanted]);
    const reader = told.getReader();
    const { value } = await reader.read();
    assertEquals((value as { body: { data: unknown } }).body.data, wanted);
    await reader.cancel();
    await close(session);
  },
  { nodes: [counting] },
);
