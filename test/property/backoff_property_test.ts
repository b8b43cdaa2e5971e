import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { backoff } from "../../lib/session/backoff.ts";

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

Deno.test("a pause stays below a ceiling that doubles from 250 ms to 15 s", () => {
  fc.assert(fc.property(fc.nat(), share, (failures, random) => {
    const pause = backoff(failures, random);
    assert(pause >= 0 && pause < 15_000);
    assert(pause <= 250 * 2 ** failures);
    assert(backoff(failures + 1, random) >= pause);
  }));
});

Deno.test("F12 a pause that the engine asked for is from 5 s to 15 s", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      share,
      fc.constantFrom(1012, 1013),
      (failures, random, code) => {
        const pause = backoff(failures, random, code);
        assert(pause >= 5_000 && pause < 15_000);
        assertEquals(
          backoff(failures, random, 1006),
          backoff(failures, random),
        );
      },
    ),
  );
});

Deno.test("a pause is anywhere below its ceiling", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5 }), share, (failures, random) => {
      assertEquals(backoff(failures, random), 250 * 2 ** failures * random);
    }),
  );
});
