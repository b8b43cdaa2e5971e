import type { Awaitable } from "../../node.ts";

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
