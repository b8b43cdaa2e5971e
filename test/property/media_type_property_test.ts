import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  framingOf,
  isJsonRecord,
  keepAlivePayload,
  parseMediaType,
  wireMimeType,
} from "../../lib/protocol/media_type.ts";

const KNOWN = [
  "text/plain",
  "text/csv",
  "lane/text",
  "lane/questions",
  "lane/documents",
  "lane/answers",
  "lane/classifications",
  "lane/tag",
  "application/rocketlib-tag",
  "application/rocketride-question",
  "application/octet-stream",
  "image/png",
] as const;

/** A known type in any mixture of cases, with or without parameters. */
const written = fc.tuple(
  fc.constantFrom(...KNOWN).chain((type) => fc.mixedCase(fc.constant(type))),
  fc.constantFrom("", ";", "; charset=utf-8", ' ; a="b;c"; charset=x', "; q"),
).map(([type, parameters]) => type + parameters);

const anything = fc.oneof(written, fc.string({ unit: "binary" }));

/** The lane as an engine with every listener picks it. */
function laneOf(mimeType: string): string {
  if (mimeType.startsWith("lane/")) return mimeType.slice(5);
  if (mimeType === "application/rocketlib-tag") return "tag";
  if (mimeType.startsWith("application/rocketride-question")) {
    return "questions";
  }
  const kind = /^(?:text|image|video|audio)(?=\/)/.exec(mimeType)?.[0];
  return kind ?? "raw";
}

const FRAMING: Readonly<Record<string, string>> = {
  text: "text",
  questions: "record",
  documents: "record",
  answers: "record",
  classifications: "record",
  tag: "record",
};

Deno.test("framing agrees with the lane that the engine picks for what is sent", () => {
  fc.assert(fc.property(anything, (mimeType) => {
    const lane = laneOf(wireMimeType(mimeType));
    const framing = Object.hasOwn(FRAMING, lane) ? FRAMING[lane] : "bytes";
    assertEquals(framingOf(mimeType), framing);
  }));
});

Deno.test("case and parameters change neither framing nor keep-alive", () => {
  fc.assert(fc.property(written, (mimeType) => {
    const { essence } = parseMediaType(mimeType);
    assertEquals(framingOf(mimeType), framingOf(essence));
    assertEquals(isJsonRecord(mimeType), isJsonRecord(essence));
    assertEquals(keepAlivePayload(mimeType), keepAlivePayload(essence));
  }));
});

Deno.test("a type on the wire stays as it is when written again", () => {
  fc.assert(fc.property(anything, (mimeType) => {
    const sent = wireMimeType(mimeType);
    assertEquals(wireMimeType(sent), sent);
    assertEquals(
      parseMediaType(sent).essence,
      parseMediaType(mimeType).essence,
    );
  }));
});

Deno.test("only records have JSON, and only records may lack a keep-alive", () => {
  fc.assert(fc.property(anything, (mimeType) => {
    const record = framingOf(mimeType) === "record";
    if (isJsonRecord(mimeType)) assert(record);
    if (keepAlivePayload(mimeType) === undefined) assert(record);
  }));
});

Deno.test("a charset is found in any case, quoted or not", () => {
  const token = fc.stringMatching(/^[A-Za-z\d_.:-]{1,20}$/);
  fc.assert(
    fc.property(
      token,
      fc.boolean(),
      fc.mixedCase(fc.constant("charset")),
      (charset, quoted, name) => {
        const value = quoted ? `"${charset}"` : charset;
        assertEquals(
          parseMediaType(`text/plain; x="y; z"; ${name}=${value}`).charset,
          charset.toLowerCase(),
        );
      },
    ),
  );
});
