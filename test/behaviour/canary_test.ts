import { assert, assertEquals } from "@std/assert";
import { undriven } from "../support/canary/drives.ts";
import { PAYLOAD } from "../support/canary/plants.ts";
import { runCanary, summary } from "../support/canary/run.ts";
import { Search } from "../support/canary/search.ts";

Deno.test("nothing that comes out of the library shows a secret", async () => {
  const report = await runCanary();
  const { places, calls, failures, leaks } = report;
  assertEquals(leaks.slice(0, 20), []);
  assert(failures > 500, `only ${failures} of ${calls} calls failed`);
  assert(places > 100_000, `only ${places} places were searched`);
  await Deno.stdout.write(
    new TextEncoder().encode(`${summary(report)}\n`),
  );
});

Deno.test("every function that takes a session is among those that are tried", () => {
  assertEquals(undriven(), []);
});

const bytes = new TextEncoder().encode(PAYLOAD);
const text = PAYLOAD;

/** Ways in which a secret may come out. */
const PLANTED: Readonly<Record<string, unknown>> = {
  text: `before ${text} after`,
  "lower case": text.toLowerCase(),
  reversed: [...text].reverse().join(""),
  pieces: [text.slice(0, 5), text.slice(5)],
  Base64: btoa(text),
  "Base64 after one byte": btoa(`u${text}`),
  "Base64 after two bytes": btoa(`u:${text}`),
  percent: [...bytes].map((it) => `%${it.toString(16)}`).join(""),
  hex: [...bytes].map((it) => it.toString(16)).join(":"),
  decimal: bytes.join(", "),
  bytes,
  "an escape of JSON": text.replace("a", "\\u0061"),
  "an escape in an escape": JSON.stringify({ a: text.replace("a", "\\u0061") }),
  "a nested record": { a: [new Map([["b", { c: text }]])] },
  "the name of a member": { [text]: 1 },
  "a hidden member": Object.defineProperty({}, "x", { value: text }),
  "a getter": Object.defineProperty({}, "x", { get: () => text }),
  "a getter of a class": new (class {
    get x(): string {
      return text;
    }
  })(),
  "a symbol": { [Symbol("x")]: text },
  "an error": new Error(text),
  "a cause": new Error("x", { cause: new TypeError(text) }),
  "a reason": AbortSignal.abort(new Error(text)),
  "a member that can be read by name, but is enumerable": { token: text },
};

for (const [name, value] of Object.entries(PLANTED)) {
  Deno.test(`a secret that is planted is found as ${name}`, () => {
    const search = new Search();
    search.plant("canary", PAYLOAD);
    search.look("here", "nothing");
    assertEquals(search.leaks, []);
    search.look("there", value);
    assert(search.leaks.some(({ place }) => place.startsWith("there")));
  });
}

Deno.test("what the caller asked for by name is no leak", () => {
  const search = new Search();
  search.plant("canary", PAYLOAD);
  search.look("there", PAYLOAD, ["canary"]);
  search.look(
    "task",
    Object.defineProperty({}, "token", { get: () => PAYLOAD }),
  );
  assertEquals(search.leaks, []);
});
