import { assert, assertEquals } from "@std/assert";
import { malformedAt } from "../../../lib/cli/pipeline_file.ts";
import { decodeFrame, encodeText } from "../../../lib/protocol/frame.ts";
import { jsonFault } from "../../../lib/runtime/read_json.ts";
import {
  answerFromJson,
  docFromJson,
  docToJson,
  questionFromJson,
  questionToJson,
} from "../../../schema/mod.ts";
import { parseJson } from "../../../schema/parse_json.ts";
import { parseRelaxedJson } from "../../../schema/relaxed_json.ts";
import { attempt } from "../../support/foreseen.ts";
import { type FuzzTarget, plainRig } from "../fuzz_target.ts";
import { bytesOf, mutateJsonText } from "../mutate.ts";

const encoder = new TextEncoder();

/**
 * The readers of JSON beside `JSON.parse`: what it reads they read alike, and
 * what they say of the rest agrees with it. What was read as a frame, a question
 * or a document is written as it is read.
 */
export const jsonTexts: FuzzTarget = {
  name: "json_texts",
  share: 4_000,
  weight: 30,
  mutate: (random, entry) => mutateJsonText(random, entry as string),
  open: () => plainRig((entry) => check(entry as string)),
};

function check(text: string): void {
  const parsed = parse(text);
  assertEquals(jsonFault(text) === undefined, parsed !== undefined);
  if (parsed) {
    assertSame(parseRelaxedJson(text), parsed.value);
    assertSame(parseJson(text), parsed.value);
  } else {
    malformedAt(text);
    const relaxed = attempt(() => parseRelaxedJson(text));
    if (relaxed !== undefined) {
      const written = JSON.stringify(relaxed);
      assertSame(parseRelaxedJson(written), JSON.parse(written));
    }
    attempt(() => parseJson(text));
  }
  checkFrame(text);
  checkFrame(encoder.encode(text));
  checkFrame(bytesOf(`${text.replace(/[^\0-\x7f]/g, "?")}\n\0\xff`));
  // A text would be read as JSON once more.
  if (parsed && typeof parsed.value !== "string") checkRecords(parsed.value);
}

/**
 * Values of JSON are the same, however deeply they are nested. Numbers that are
 * too large are infinite, which JSON cannot say.
 */
function assertSame(actual: unknown, expected: unknown): void {
  assertEquals(JSON.stringify(actual), JSON.stringify(expected));
}

function parse(text: string): { readonly value: never } | undefined {
  try {
    return { value: JSON.parse(text) as never };
  } catch {
    return undefined;
  }
}

function checkFrame(frame: string | Uint8Array): void {
  const message = attempt(() => decodeFrame(frame));
  if (message === undefined) return;
  assert(typeof message === "object" && message !== null);
  const { data } = "arguments" in message ? { ...message.arguments } : {};
  if (data instanceof Uint8Array) return;
  assertSame(decodeFrame(encodeText(message)), message);
}

function checkRecords(value: never): void {
  attempt(() => answerFromJson(value));
  const doc = attempt(() => docFromJson(value));
  if (doc) assertSame(docFromJson(docToJson(doc)), doc);
  const question = attempt(() => questionFromJson(value));
  if (question) {
    assertSame(questionFromJson(questionToJson(question)), question);
  }
}
