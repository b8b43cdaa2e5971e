import { assertEquals } from "@std/assert";
import { splitParagraphs } from "../../lib/engine/nodes/core/preprocessor_code.ts";
import {
  formatFault,
  injection,
} from "../../lib/engine/nodes/privacy/guard_rules.ts";
import { jsonReply } from "../../lib/engine/nodes/_json_reply.ts";
import { placeOf } from "../../lib/engine/run/failure.ts";
import { maskPrivate } from "../../lib/engine/nodes/privacy/anonymize_text.ts";

/** Long enough that reading it once for each of its characters never ends. */
const LENGTH = 300_000;

// Each of these would hang, not fail, if a text were read again and again.
for (const piece of ["\n", "\r\n", " ", "[", "[a](", "|", "**", "`", "1"]) {
  const text = `a${piece.repeat(LENGTH / piece.length)}!`;

  Deno.test(`a long run of ${JSON.stringify(piece)} is checked in one go`, () => {
    const isMarkdown = piece === "`" || piece === "[a](";
    const fault = isMarkdown ? undefined : "is not of the format markdown";
    assertEquals(formatFault(text, "markdown"), fault);
    assertEquals(injection(text), undefined);
  });
}

for (
  const piece of [
    ".",
    ":",
    "1.",
    "a:",
    "a@",
    "://",
    "+1",
    "1-",
    "AB12 ",
    "(415) 555-0101",
    "+49 30 1234567::1",
  ]
) {
  Deno.test(`a long run of ${JSON.stringify(piece)} is masked in one go`, () => {
    const text = `::${piece.repeat(LENGTH / piece.length)}x!`;
    assertEquals(maskPrivate(text, "█").length, text.length);
  });
}

for (const piece of ["\n", " \n", "a\n\n", " ", "a"]) {
  Deno.test(`code with a long run of ${JSON.stringify(piece)} is cut in one go`, () => {
    const text = `a${piece.repeat(LENGTH / piece.length)}x`;
    assertEquals(splitParagraphs(text).join(""), text);
  });
}

Deno.test("a reply of thoughts that never end is read in one go", () => {
  const thoughts = "<think>".repeat(LENGTH / 7);
  assertEquals(jsonReply(thoughts), undefined);
  assertEquals(jsonReply(`<think>1</think>[2<think></think>]`), { value: [2] });
});

for (const piece of ["a", "1:", ":1", " ", "(", "a:1:1 "]) {
  Deno.test(`a message of ${JSON.stringify(piece)} that looks like a frame is read in one go`, () => {
    const error = new Error(`x\n at ${piece.repeat(LENGTH)}!`);
    assertEquals(placeOf(error).line > 0, true);
  });
}
