import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { substitute, unresolved } from "../../schema/pipeline.ts";

const name = fc.stringMatching(/^ROCKETRIDE_[A-Z\d_]{1,8}$/)
  .filter((text) => text !== "ROCKETRIDE_APIKEY");
const env = fc.dictionary(name, fc.string(), { maxKeys: 5 });
/** Text with placeholders in it: known names, odd ones and broken ones. */
const text = fc.array(
  fc.oneof(
    fc.string(),
    name.map((known) => `\${${known}}`),
    fc.constantFrom(
      "${ROCKETRIDE_APIKEY}",
      "${ROCKETRIDE_}",
      "${ROCKETRIDE_A",
      "${B}",
      "${rocketride_a}",
      "$&",
      "}",
    ),
  ),
  { maxLength: 5 },
).map((parts) => parts.join(""));
const value = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("node"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(text, fc.constant("__proto__")), tie("node"), {
      maxKeys: 4,
    }),
  ),
})).node;

function frozen<T>(item: T): T {
  if (typeof item === "object" && item !== null) {
    Object.freeze(item);
    for (const member of Object.values(item)) frozen(member);
  }
  return item;
}

Deno.test("substitution agrees with a plain search in each string of the JSON text", () => {
  fc.assert(fc.property(value, env, (input, variables) => {
    const expected: unknown = JSON.parse(
      JSON.stringify(input),
      (_key, member) =>
        typeof member !== "string"
          ? member
          : member.split(/(\$\{ROCKETRIDE_[^}]+\})/).map((part, index) => {
            const known = part.slice(2, -1);
            return index % 2 === 1 && known !== "ROCKETRIDE_APIKEY" &&
                Object.hasOwn(variables, known)
              ? variables[known]
              : part;
          }).join(""),
    );
    assertEquals(
      JSON.stringify(substitute(input, variables)),
      JSON.stringify(expected),
    );
  }));
});

Deno.test("substitution never changes its input, and shares no container with it", () => {
  fc.assert(fc.property(value, env, (input, variables) => {
    const before = JSON.stringify(input);
    const output = substitute(frozen(input), variables);
    assertEquals(JSON.stringify(input), before);
    if (typeof input === "object" && input !== null) assert(output !== input);
  }));
});

Deno.test("without variables nothing is replaced", () => {
  fc.assert(fc.property(value, (input) => {
    assertEquals(JSON.stringify(substitute(input, {})), JSON.stringify(input));
  }));
});

Deno.test("what remains after substitution has no variable, but for the credential", () => {
  const plain = fc.dictionary(name, fc.stringMatching(/^[^$]*$/), {
    maxKeys: 5,
  });
  fc.assert(fc.property(value, plain, (input, variables) => {
    const names = unresolved(substitute(input, variables));
    for (const left of names) assert(!Object.hasOwn(variables, left), left);
    assertEquals(new Set(names).size, names.length);
  }));
});

Deno.test("the credential is never put into a value", () => {
  fc.assert(fc.property(value, (input) => {
    const secret = "k\u0007ey";
    const output = substitute(input, { ROCKETRIDE_APIKEY: secret });
    assertEquals(JSON.stringify(output), JSON.stringify(input));
  }));
});

Deno.test("several placeholders in a string are each replaced once", () => {
  const variables = { ROCKETRIDE_A: "${ROCKETRIDE_B}", ROCKETRIDE_B: "$&$1" };
  assertEquals(
    substitute(
      { "${ROCKETRIDE_A}": ["<${ROCKETRIDE_A}|${ROCKETRIDE_B}>"] },
      variables,
    ),
    { "${ROCKETRIDE_A}": ["<${ROCKETRIDE_B}|$&$1>"] },
  );
});

Deno.test("default syntax, other prefixes and open placeholders stay as they are", () => {
  const untouched =
    "${ROCKETRIDE_A:-d} ${ROCKETRIDE_} ${B} ${rocketride_a} ${ROCKETRIDE_A";
  assertEquals(substitute(untouched, { ROCKETRIDE_A: "x", B: "y" }), untouched);
  assertEquals(unresolved(untouched), ["ROCKETRIDE_A:-d"]);
});

Deno.test("unresolved() lists each name once, in the order found", () => {
  assertEquals(
    unresolved({
      b: "${ROCKETRIDE_B} ${ROCKETRIDE_A}",
      "${ROCKETRIDE_KEY}": ["${ROCKETRIDE_B}", "${ROCKETRIDE_APIKEY}", 1, null],
    }),
    ["ROCKETRIDE_B", "ROCKETRIDE_A", "ROCKETRIDE_APIKEY"],
  );
});

Deno.test("names inherited by the variables' record are not variables", () => {
  const variables: Record<string, string> = Object.create({
    ROCKETRIDE_A: "x",
  });
  assertEquals(substitute("${ROCKETRIDE_A}", variables), "${ROCKETRIDE_A}");
});

Deno.test("what is neither array nor plain object is passed on itself", () => {
  const date = new Date(0);
  const map = new Map([["a", "${ROCKETRIDE_A}"]]);
  const output = substitute({ date, map, none: undefined }, {
    ROCKETRIDE_A: "x",
  });
  assertStrictEquals(output.date, date);
  assertStrictEquals(output.map, map);
  assert("none" in output);
});

Deno.test("a value that contains itself is a TypeError, one used twice is not", () => {
  const cyclic: Record<string, unknown> = { list: [] };
  (cyclic.list as unknown[]).push(cyclic);
  assertThrows(() => substitute(cyclic, {}), TypeError, "contains itself");
  assertThrows(() => unresolved(cyclic), TypeError, "contains itself");
  const shared = { a: "${ROCKETRIDE_A}" };
  assertEquals(substitute([shared, shared], { ROCKETRIDE_A: "x" }), [
    { a: "x" },
    { a: "x" },
  ]);
});

Deno.test("placeholders that are never closed are passed over in one go", () => {
  const text = "${ROCKETRIDE_A".repeat(100_000);
  assertEquals(substitute(text, { ROCKETRIDE_A: "x" }), text);
  assertEquals(unresolved(text), []);
  assertEquals(
    substitute("${ROCKETRIDE_}${ROCKETRIDE_A}", {
      ROCKETRIDE_A: "x",
    }),
    "${ROCKETRIDE_}x",
  );
  assertEquals(unresolved("${ROCKETRIDE_A${ROCKETRIDE_B}"), [
    "ROCKETRIDE_A${ROCKETRIDE_B",
  ]);
});
