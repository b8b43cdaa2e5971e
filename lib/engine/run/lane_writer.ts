import { isRecord, type JsonObject } from "../../../schema/json.ts";
import { PipeException } from "../../errors.ts";
import type { Lane, LanePayloads } from "../node.ts";
import { readDocs } from "./read_docs.ts";
import { readQuestion } from "./read_question.ts";

/** Hands a payload to whoever listens to the source. */
export type Feed = <L extends Lane>(
  lane: L,
  payload: LanePayloads[L],
) => Promise<void>;

/** Turns the writes of one object into payloads of a lane. */
export interface LaneWriter {
  /** The object was opened. */
  begin(): Promise<void>;
  /** Some of its bytes arrived; text is taken as its UTF-8. */
  write(data: Uint8Array | string): Promise<void>;
  /** All of it has arrived. */
  end(): Promise<void>;
}

/**
 * Make the writer for a route.
 *
 * @param route What `routeFor` chose.
 * @param mimeType The media type of the object.
 * @param feed Where payloads go.
 * @throws {PipeException} The route is one that this engine cannot serve.
 */
export function laneWriter(
  route: string,
  mimeType: string,
  feed: Feed,
): LaneWriter {
  switch (route) {
    case "text":
      return textWriter((text) => feed("text", text));
    case "raw":
      return rawWriter(feed);
    case "image":
    case "audio":
    case "video":
      return mediaWriter(route, mimeType, feed);
    case "questions":
      return recordWriter(route, (value) => feed(route, readQuestion(value)));
    case "documents":
      return recordWriter(route, (value) => feed(route, readDocs(value)));
    case "answers":
      return recordWriter(route, (value) => feed(route, readAnswer(value)));
    case "classifications":
      return recordWriter(
        route,
        (value) => feed(route, readRecord(route, value) as JsonObject),
      );
    case "tag":
      throw new PipeException(
        "Ready-made tag frames are not available in the embedded engine",
        { hint: "Send the bytes as application/octet-stream" },
      );
    default:
      return invalidWriter(route);
  }
}

function rawWriter(feed: Feed): LaneWriter {
  return {
    begin: () => feed("tags", { kind: "begin" }),
    write: (data) => feed("tags", { kind: "data", bytes: toBytes(data) }),
    end: () => feed("tags", { kind: "end" }),
  };
}

function mediaWriter(
  lane: "image" | "audio" | "video",
  mimeType: string,
  feed: Feed,
): LaneWriter {
  return {
    begin: () => feed(lane, { action: "begin", mimeType }),
    write: (data) =>
      feed(lane, { action: "write", mimeType, bytes: toBytes(data) }),
    end: () => feed(lane, { action: "end", mimeType }),
  };
}

/** Each write is one whole JSON document. */
function recordWriter(
  lane: string,
  take: (value: unknown) => Promise<void>,
): LaneWriter {
  return {
    begin: nothing,
    // Async, so that what reading throws becomes a rejection.
    write: async (data) => await take(parse(lane, data)),
    end: nothing,
  };
}

/** A server lets such a pipe open, too, and fails its writes. */
function invalidWriter(lane: string): LaneWriter {
  return {
    begin: nothing,
    write: () => Promise.reject(new PipeException(`Invalid lane ${lane}`)),
    end: nothing,
  };
}

function parse(lane: string, data: Uint8Array | string): unknown {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    return JSON.parse(typeof data === "string" ? data : decoder.decode(data));
  } catch {
    // The platform's text would quote the payload.
    throw new PipeException(`Write on lane ${lane} is not one JSON document`);
  }
}

function readAnswer(value: unknown): LanePayloads["answers"] {
  const { answer = null, expectJson } = readRecord("answers", value);
  return { answer, expectJson: expectJson === true };
}

function readRecord(lane: string, value: unknown): Record<string, unknown> {
  if (isRecord(value)) return value;
  throw new PipeException(`Write on lane ${lane} must be a JSON object`);
}

function toBytes(data: Uint8Array | string): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}

function nothing(): Promise<void> {
  return Promise.resolve();
}

/**
 * Turn bytes into text, one piece a write.
 *
 * A character may be split over two writes: one decoder serves the whole
 * object. The real engine decodes each write on its own and fails there.
 * Text that ends inside a character is an error here too.
 *
 * @param emit Where each piece goes.
 */
function textWriter(emit: (text: string) => Promise<void>): LaneWriter {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  return {
    begin: () => Promise.resolve(),
    write: async (data) => {
      const text = decode(data);
      // An empty write is an empty text; a write that only begins a character
      // is nothing yet.
      if (text !== "" || data.length === 0) await emit(text);
    },
    // Async, so that what is thrown becomes a rejection.
    end: async () => await flush("Text ends in the middle of a character"),
  };

  function decode(data: Uint8Array | string): string {
    if (typeof data === "string") {
      flush("Text is not valid UTF-8");
      return data;
    }
    try {
      return decoder.decode(data, { stream: true });
    } catch {
      throw new PipeException("Text is not valid UTF-8");
    }
  }

  /** Throw when a character has begun and not ended. */
  function flush(fault: string): void {
    try {
      decoder.decode();
    } catch {
      throw new PipeException(fault);
    }
  }
}
