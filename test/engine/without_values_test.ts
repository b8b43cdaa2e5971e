import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { substitute } from "../../schema/pipeline.ts";
import { withoutValues } from "../../lib/engine/pipeline/secrets_of.ts";

Deno.test("of two values the longer one is found first", () => {
  const env = { ROCKETRIDE_A: "key", ROCKETRIDE_B: "key-2", ROCKETRIDE_C: "" };
  const pipeline = ["${ROCKETRIDE_A} ${ROCKETRIDE_B} ${ROCKETRIDE_C}"];
  const hide = withoutValues(pipeline, env);
  assertEquals(hide("key-2, key"), "${ROCKETRIDE_B}, ${ROCKETRIDE_A}");
  assertEquals(withoutValues(["key"], env)("key"), "key", "it is not used");
});

Deno.test("no value that a text was made with is left in it", () => {
  const value = fc.string({ minLength: 1, unit: "grapheme" });
  const values = fc.record({ ROCKETRIDE_ONE: value, ROCKETRIDE_TWO: value });
  const pieces = fc.array(
    fc.constantFrom("${ROCKETRIDE_ONE}", "${ROCKETRIDE_TWO}", " and "),
  );
  fc.assert(fc.property(values, pieces, (env, parts) => {
    const text = parts.join("");
    const hidden = withoutValues(text, env)(substitute(text, env));
    for (const left of hidden.split(/\$\{ROCKETRIDE_(?:ONE|TWO)\}/)) {
      for (const [name, value] of Object.entries(env)) {
        assert(!text.includes(name) || !left.includes(value), left);
      }
    }
  }));
});
