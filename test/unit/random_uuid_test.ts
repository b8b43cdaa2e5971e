import { assertEquals, assertMatch } from "@std/assert";
import { randomUUID } from "../../lib/bytes.ts";

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

Deno.test("ids are random UUIDs, also where the platform makes none", () => {
  const own = crypto.randomUUID;
  const ids = new Set<string>();
  try {
    for (const maker of [own, undefined]) {
      Object.defineProperty(crypto, "randomUUID", {
        value: maker,
        configurable: true,
        writable: true,
      });
      for (let time = 0; time < 200; time++) {
        const id = randomUUID();
        assertMatch(id, UUID);
        ids.add(id);
      }
    }
  } finally {
    Object.defineProperty(crypto, "randomUUID", {
      value: own,
      configurable: true,
      writable: true,
    });
  }
  assertEquals(ids.size, 400);
});
