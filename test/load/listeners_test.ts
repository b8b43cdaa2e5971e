import { assert, assertEquals } from "@std/assert";
import { listenersAfter, signalTakers, withWorld } from "./listeners.ts";

const CALLS = 20;

Deno.test("no function leaves a listener on the signal that it was given", async (t) => {
  await withWorld(async (world) => {
    const takers = await signalTakers(world);
    for (const taker of takers) {
      const { attached, left } = await listenersAfter(taker, CALLS);
      // Otherwise the call has ended before it came to the signal.
      assert(attached > 0, `${taker.name} has not listened`);
      assertEquals(left, 0, taker.name);
    }
    await t.step(`count: ${takers.length} functions take a signal`, () => {
      assert(takers.length > 100);
    });
  });
});
