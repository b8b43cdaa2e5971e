import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { JsonObject } from "../../schema/json.ts";
import { ValidationException } from "../../lib/errors.ts";
import {
  type ConfigReader,
  configReader,
} from "../../lib/engine/nodes/config_reader.ts";

function reader(config: JsonObject): ConfigReader {
  return configReader({ id: "node_1", config });
}

/** What a reading is refused with, without the component's name. */
function fault(config: JsonObject, read: (r: ConfigReader) => unknown): string {
  const error = assertThrows(() => read(reader(config)), ValidationException);
  const prefix = "Component node_1: ";
  assertEquals(error.message.slice(0, prefix.length), prefix);
  return error.message.slice(prefix.length);
}

Deno.test("what is absent or null has its fallback", () => {
  for (const config of [{}, { x: null }, { x: undefined }]) {
    const read = reader(config);
    assertEquals(read.text("x", "t"), "t");
    assertEquals(read.choice("x", ["a", "b"]), "a");
    assertEquals(read.number("x", 3), 3);
    assertEquals(read.flag("x", true), true);
    assertEquals(read.texts("x"), []);
    assertEquals(read.records("x"), []);
    assertEquals(read.secret("x"), "");
  }
});

Deno.test("what is there is read as it is", () => {
  const read = reader({
    text: "",
    choice: "b",
    number: 0,
    flag: false,
    texts: ["a", ""],
    records: [{ a: 1 }, {}],
    secret: " key\n",
  });
  assertEquals(read.text("text", "t"), "");
  assertEquals(read.choice("choice", ["a", "b"]), "b");
  assertEquals(read.number("number", 3), 0);
  assertEquals(read.flag("flag", true), false);
  assertEquals(read.texts("texts"), ["a", ""]);
  assertEquals(read.records("records"), [{ a: 1 }, {}]);
  assertEquals(read.secret("secret"), "key");
});

Deno.test("numbers and flags may be texts, as placeholders resolve to them", () => {
  const read = reader({ n: "12", f: "1.5", yes: "true", no: "false" });
  assertEquals(read.number("n", 0), 12);
  assertEquals(read.number("f", 0, { fraction: true }), 1.5);
  assertEquals([read.flag("yes", false), read.flag("no", true)], [true, false]);
});

Deno.test("what does not fit is refused by its name", () => {
  assertEquals(fault({ x: 1 }, (r) => r.text("x", "")), "'x' must be a text");
  assertEquals(fault({ x: 1 }, (r) => r.secret("x")), "'x' must be a text");
  assertEquals(
    fault({ x: "c" }, (r) => r.choice("x", ["a", "b"])),
    "'x' must be one of 'a', 'b'",
  );
  for (const x of [1, "yes", {}]) {
    const text = "'x' must be true or false";
    assertEquals(fault({ x }, (r) => r.flag("x", true)), text);
  }
  for (const x of ["a", {}, ["a", 1]]) {
    const text = "'x' must be a list of texts";
    assertEquals(fault({ x }, (r) => r.texts("x")), text);
  }
  for (const x of ["a", {}, [{}, []], [null]]) {
    const text = "'x' must be a list of objects";
    assertEquals(fault({ x }, (r) => r.records("x")), text);
  }
});

Deno.test("a number out of its range is refused with the range", () => {
  const cases: [
    JsonObject["x"],
    Parameters<ConfigReader["number"]>[2],
    string,
  ][] = [
    [1.5, {}, "a whole number"],
    ["", {}, "a whole number"],
    [" ", {}, "a whole number"],
    ["1e", {}, "a whole number"],
    [[1], {}, "a whole number"],
    ["Infinity", {}, "a whole number"],
    ["x", { fraction: true }, "a number"],
    [0, { min: 1 }, "a whole number, 1 or more"],
    [-0.5, { min: 0, fraction: true }, "a number, 0 or more"],
    [10, { min: 1, max: 9 }, "a whole number from 1 to 9"],
    [1.1, { min: 0, max: 1, fraction: true }, "a number from 0 to 1"],
  ];
  for (const [x, range, kind] of cases) {
    const text = `'x' must be ${kind}`;
    assertEquals(fault({ x }, (r) => r.number("x", 5, range)), text);
  }
});

Deno.test("a number is in its range, or refused", () => {
  const value = fc.oneof(fc.integer(), fc.double(), fc.jsonValue());
  fc.assert(fc.property(value, fc.nat(50), fc.nat(50), (x, min, more) => {
    const range = { min, max: min + more };
    try {
      const read = reader({ x: x as never }).number("x", min, range);
      assertEquals(Number.isInteger(read), true);
      assertEquals(read >= min && read <= min + more, true);
    } catch (error) {
      assertEquals(error instanceof ValidationException, true);
    }
  }));
});

Deno.test("a secret without a value is refused by the name of its placeholder, and never quoted", () => {
  assertEquals(
    fault({ key: "sk-${ROCKETRIDE_KEY}" }, (r) => r.secret("key")),
    "'key' uses ${ROCKETRIDE_KEY}, which has no value",
  );
});
