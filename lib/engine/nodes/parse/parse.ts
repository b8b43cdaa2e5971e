import {
  defineNode,
  type NodeDefinition,
  type NodeInstance,
  type PipeContext,
  type TagsPayload,
} from "../../node.ts";
import { concatBytes } from "../concat_bytes.ts";
import { type Content, contentOf } from "./_content_type.ts";
import { mediaReading } from "./_media_reading.ts";
import { ownReading } from "./_own_reading.ts";
import { noReading, type Reading } from "./_reading.ts";
import { HEAD_BYTES } from "./_sniff.ts";
import { textReading } from "./_text_reading.ts";
import type { ParserTable } from "./parser_table.ts";

/**
 * The node `parse`: turns the bytes of an object into text,
 * tables and media.
 *
 * Text is written while the bytes arrive, in pieces of 1 MiB at most that do
 * not depend on how the bytes were cut. What cannot be read is not an error:
 * the task gets a warning and the object completes.
 *
 * @param parsers Parsers of your own by media type; they come first.
 * @returns The definition, as {@linkcode builtinNodes} has it.
 */
export function parseNode(parsers: ParserTable = {}): NodeDefinition {
  return defineNode({
    provider: "parse",
    title: "Parser",
    description:
      "Extracts text, tables and media from an object's bytes. Reads text, " +
      "Markdown, source code, JSON, YAML, XML, CSV, TSV and HTML; images, " +
      "audio and video are passed on as they are. PDF, DOCX, XLSX and other " +
      "binary formats give a warning and no text, unless a parser for them " +
      "is registered.",
    classType: ["data"],
    lanes: { tags: ["text", "table", "image", "video", "audio"] },
    start: () => ({ instance: (pipe) => instance(pipe, parsers) }),
  });
}

function instance(pipe: PipeContext, parsers: ParserTable): NodeInstance {
  let reading: Reading | undefined;
  let head: Uint8Array | undefined;

  /** Decide what the object is, and hand over what was held back for that. */
  async function decide(): Promise<Reading> {
    const start = head ?? new Uint8Array();
    head = undefined;
    reading = readingFor(pipe, parsers, start.subarray(0, HEAD_BYTES));
    if (start.length > 0) await reading.write(start);
    return reading;
  }

  async function take(bytes: Uint8Array): Promise<void> {
    if (reading) return await reading.write(bytes);
    head = head ? concatBytes([head, bytes]) : bytes;
    if (head.length >= HEAD_BYTES) await decide();
    // Held beyond this call, so it must not stay the sender's.
    else if (head === bytes) head = bytes.slice();
  }

  async function finish(): Promise<void> {
    if (!reading && !head) return;
    const last = reading ?? await decide();
    reading = undefined;
    await last.end();
  }

  async function step(payload: TagsPayload): Promise<"consume"> {
    pipe.signal.throwIfAborted();
    if (payload.kind === "data") await take(payload.bytes);
    else await finish();
    if (payload.kind === "begin") head = new Uint8Array();
    return "consume";
  }

  return { on: { tags: step }, closing: finish };
}

function readingFor(
  pipe: PipeContext,
  parsers: ParserTable,
  head: Uint8Array,
): Reading {
  const { object } = pipe;
  if (object.size === 0) {
    pipe.warn(`parse: '${object.name}' is declared empty and is skipped`);
    return noReading();
  }
  const content = contentOf(object.mimeType, object.name, head);
  object.metadata["Content-Type"] = content.type;
  object.metadata["resourceName"] = object.name;
  const own = Object.hasOwn(parsers, content.type)
    ? parsers[content.type]
    : undefined;
  return own
    ? ownReading(pipe, own, content.type)
    : builtinReading(pipe, content, head);
}

function builtinReading(
  pipe: PipeContext,
  content: Content,
  head: Uint8Array,
): Reading {
  const { kind, type } = content;
  if (kind === "unsupported") {
    pipe.warn(
      `parse: ${type} is not supported by the embedded engine; ` +
        "use a server, or register a parser",
    );
    return noReading();
  }
  if (kind !== "image" && kind !== "audio" && kind !== "video") {
    // A page is read all the same: its title is wanted.
    return kind === "html" || pipe.listens("text") || pipe.listens("table")
      ? textReading(pipe, content, head)
      : noReading();
  }
  if (pipe.listens(kind)) return mediaReading(pipe, kind, type);
  if (type === "image/svg+xml") return textReading(pipe, content, head);
  pipe.warn(
    `parse: nothing takes the ${kind} lane, so '${pipe.object.name}' ` +
      "is passed over",
  );
  return noReading();
}
