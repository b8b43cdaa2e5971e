import { abortable } from "../../../async.ts";
import { concat } from "../../../bytes.ts";
import type {
  Awaitable,
  NodeInstance,
  NodeTask,
  PipeContext,
  TagsPayload,
} from "../../node.ts";
import { type Content, contentOf, HEAD_BYTES } from "./content_type.ts";
import { passTable, passText, type Reading, textReading } from "./read_text.ts";

/** What a parser is told about the object besides its bytes. */
export interface ParserInfo {
  /** The object's display name. */
  readonly name: string;
  /** The media type that the object turned out to have, without parameters. */
  readonly mimeType: string;
  /** Aborts when the object is abandoned; the outcome is then ignored. */
  readonly signal: AbortSignal;
}

/** What a parser found in an object. */
export interface ParsedDocument {
  /** The text; written in pieces of 1 MiB at most, in NFC. */
  readonly text?: string;
  /** Each table in Markdown form; {@linkcode markdownTable} makes one. */
  readonly tables?: readonly string[];
  /** Properties for the object's `metadata`, for example `dc:title`. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/**
 * Reads one kind of object for the `parse` node.
 *
 * The bytes are the whole object. A throw becomes a warning of the task; the
 * object completes without text.
 */
export type Parser = (
  bytes: Uint8Array<ArrayBuffer>,
  info: ParserInfo,
) => Awaitable<ParsedDocument>;

/**
 * Parsers by media type, in lower case and without parameters. They come
 * before the ones that `parse` brings.
 */
export type ParserTable = Readonly<Record<string, Parser>>;

/**
 * The node `parse`: turns the bytes of an object into text, tables and media.
 *
 * Text is written while the bytes arrive, in pieces of 1 MiB at most that do
 * not depend on how the bytes were cut. What cannot be read is not an error:
 * the task gets a warning and the object completes.
 *
 * @param parsers Parsers of the user's by media type; they come first.
 */
export function parse(parsers: ParserTable = {}): NodeTask {
  return { instance: (pipe) => instance(pipe, parsers) };
}

function instance(pipe: PipeContext, parsers: ParserTable): NodeInstance {
  let reading: Reading | undefined;
  let head: Uint8Array | undefined;

  /** Decide what the object is, and pass on what was held back for that. */
  async function decide(): Promise<Reading> {
    const start = head ?? new Uint8Array();
    head = undefined;
    reading = readingFor(pipe, parsers, start.subarray(0, HEAD_BYTES));
    if (start.length > 0) await reading.write(start);
    return reading;
  }

  async function take(bytes: Uint8Array): Promise<void> {
    if (reading) return await reading.write(bytes);
    head = head?.length ? concat([head, bytes]) : bytes;
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

/** Reads an object of which nothing comes. */
const NOTHING: Reading = {
  write: () => Promise.resolve(),
  end: () => Promise.resolve(),
};

function readingFor(
  pipe: PipeContext,
  parsers: ParserTable,
  head: Uint8Array,
): Reading {
  const { object } = pipe;
  if (object.size === 0) {
    pipe.warn(`parse: '${object.name}' is declared empty and is skipped`);
    return NOTHING;
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
    return NOTHING;
  }
  if (kind !== "image" && kind !== "audio" && kind !== "video") {
    // A page is read all the same: its title is wanted.
    return kind === "html" || pipe.listens("text") || pipe.listens("table")
      ? textReading(pipe, content, head)
      : NOTHING;
  }
  if (pipe.listens(kind)) return mediaReading(pipe, kind, type);
  if (type === "image/svg+xml") return textReading(pipe, content, head);
  pipe.warn(
    `parse: nothing takes the ${kind} lane, so '${pipe.object.name}' ` +
      "is passed over",
  );
  return NOTHING;
}

/** Pass an image, audio or video object on in steps. */
function mediaReading(
  pipe: PipeContext,
  lane: "image" | "audio" | "video",
  mimeType: string,
): Reading {
  let begun = false;
  async function begin(): Promise<void> {
    if (begun) return;
    begun = true;
    await pipe.emit(lane, { action: "begin", mimeType });
  }
  return {
    async write(bytes): Promise<void> {
      await begin();
      await pipe.emit(lane, { action: "write", mimeType, bytes });
    },
    async end(): Promise<void> {
      await begin();
      await pipe.emit(lane, { action: "end", mimeType });
    },
  };
}

/** Collect the whole object for a parser of the user's. */
function ownReading(
  pipe: PipeContext,
  parser: Parser,
  mimeType: string,
): Reading {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  return {
    write(bytes): Promise<void> {
      chunks.push(bytes.slice());
      return Promise.resolve();
    },
    async end(): Promise<void> {
      const { object, signal } = pipe;
      const info = { name: object.name, mimeType, signal };
      const whole = concat(chunks) as Uint8Array<ArrayBuffer>;
      const run = async () => await parser(whole, info);
      const document: ParsedDocument = await abortable(run(), signal).catch(
        (error) => {
          signal.throwIfAborted();
          const why = error instanceof Error ? error.message : String(error);
          pipe.warn(`parse: '${object.name}' could not be parsed: ${why}`);
          return {};
        },
      );
      Object.assign(object.metadata, document.metadata);
      for (const table of document.tables ?? []) await passTable(pipe, table);
      if (document.text) await passText(pipe, document.text);
    },
  };
}
