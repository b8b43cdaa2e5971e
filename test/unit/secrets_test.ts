import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
} from "@std/assert";
import fc from "fast-check";
import {
  redactError,
  Secrets,
  shortToken,
} from "../../lib/protocol/secrets.ts";

function secrets(...values: unknown[]): Secrets {
  const all = new Secrets();
  for (const value of values) all.add(value);
  return all;
}

Deno.test("a value is hidden in every text and in every usual encoding", () => {
  const value = 'p"ss wörd/&\\+';
  const { hide } = secrets(value);
  for (
    const form of [
      value,
      JSON.stringify(value).slice(1, -1),
      encodeURIComponent(value),
    ]
  ) {
    assertEquals(hide(`<${form}> and <${form}>`), "<***> and <***>", form);
  }
  const bytes = String.fromCharCode(...new TextEncoder().encode(value));
  for (const user of ["", "u", "us", "use", "user"]) {
    const [before = "", after = "x"] = hide(btoa(user + bytes + user))
      .split("***");
    // Up to two bytes share a digit with their neighbours.
    assert(before.length <= user.length * 4 / 3 + 1, before);
    assert(after.length <= user.length * 4 / 3 + 4, after);
  }
});

Deno.test("a credential is hidden without its scheme, too", () => {
  const { hide } = secrets("Bearer abc-def");
  assertEquals(hide("Bearer abc-def"), "***");
  assertEquals(hide("key abc-def is wrong"), "key *** is wrong");
});

Deno.test("values that overlap or contain each other leave nothing behind", () => {
  const { hide } = secrets("abcd", "cdef", "abcdefgh");
  assertEquals(hide("-abcdef-"), "-***-");
  assertEquals(hide("-abcdefgh-"), "-***-");
  assertEquals(hide("abcdabcd"), "***");
  assertEquals(hide("abcd"), "***");
});

Deno.test("a short value hides whole strings only, and an empty one nothing", () => {
  const { hide } = secrets("key", "", undefined, 7);
  assertEquals(hide("key"), "***");
  assertEquals(hide("the monkey"), "the monkey");
  assertEquals(hide(""), "");
});

Deno.test("of task tokens the start is shown, and never the whole", () => {
  const token = "tk_0123456789abcdef0123456789abcdef";
  assertEquals(shortToken(token), "tk_01234…");
  assertEquals(shortToken("mine"), "mi…");
  const { hide } = secrets();
  assertEquals(
    hide(`Cannot reach http://h/task?token=${token}&x=1`),
    "Cannot reach http://h/task?token=tk_01234…&x=1",
  );
  assertEquals(hide("pk_12"), "pk…");
});

Deno.test("texts are hidden at any depth, in names as well, and data is kept", () => {
  const bytes = Uint8Array.of(1);
  const value = { "a-secret": [{ text: "my a-secret" }], n: 1, bytes };
  assertEquals(secrets("a-secret").hideIn(value, true) as unknown, {
    "***": [{ text: "my ***" }],
    n: 1,
    bytes,
  });
});

Deno.test("a message nested without end is cut, not followed", () => {
  const nested = JSON.parse("[".repeat(50_000) + "]".repeat(50_000));
  const shown = JSON.stringify(secrets("x").hideIn(nested));
  assert(shown.includes("…"));
  assert(shown.length < 1_000);
});

Deno.test("the newest 4,096 values are remembered", () => {
  const all = secrets("the-first-value");
  for (let at = 1; at <= 4_096; at++) all.add(`value-${at}-`);
  assertEquals(all.hide("the-first-value"), "the-first-value");
  assertEquals(all.hide("value-1-"), "***");
});

Deno.test("no text has a value left in it, and what is no value stays", () => {
  const value = fc.string({ minLength: 4, unit: "grapheme" });
  const other = fc.string({ unit: "grapheme" });
  fc.assert(fc.property(value, other, other, (value, before, after) => {
    const { hide } = secrets(value);
    const text = before + value + after;
    // The mark itself may be such a value.
    fc.pre(!"******".includes(value) && !/[pt]k_/.test(text));
    assertFalse(hide(text).split("***").some((it) => it.includes(value)));
    if (!before.includes(value)) assertEquals(hide(before), before);
  }));
});

Deno.test("an error without secrets stays the same, others are copied with their causes", () => {
  const { hide } = secrets("a-secret");
  const harmless = new TypeError("x", { cause: new Error("y") });
  assertStrictEquals(redactError(harmless, hide), harmless);
  const error = new TypeError("no a-secret", {
    cause: new Error("a-secret", { cause: "a-secret!" }),
  });
  const shown = redactError(error, hide) as Error & { cause: Error };
  assertEquals(
    [shown.name, shown.message, shown.cause.message, shown.cause.cause],
    ["TypeError", "no ***", "***", "***!"],
  );
  assertFalse(Deno.inspect(shown).includes("a-secret"));
});
