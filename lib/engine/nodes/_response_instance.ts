import type { JsonObject } from "../../../schema/json.ts";
import type {
  Lane,
  LaneHandlers,
  MediaPayload,
  NodeInstance,
  PipeContext,
} from "../node.ts";
import { base64 } from "./base64.ts";
import { answerValue, docValue, questionValue } from "./_response_values.ts";
import { concatBytes } from "./concat_bytes.ts";

/** The lanes that results can be made of. */
export type ResultLane =
  | "text"
  | "table"
  | "documents"
  | "questions"
  | "answers"
  | "audio"
  | "video"
  | "image";

/**
 * Write what arrives on some lanes to the result.
 *
 * @param lanes The lanes to take.
 * @param keyOf Names the field of the result for a lane.
 */
export function responseInstance(
  pipe: PipeContext,
  lanes: readonly ResultLane[],
  keyOf: (lane: Lane) => string,
): NodeInstance {
  const texts: string[] = [];
  const write = (lane: Lane, value: unknown): void =>
    pipe.respond(keyOf(lane), lane, value);
  const handlers: Required<Pick<LaneHandlers, ResultLane>> = {
    text: (text) => void texts.push(`${text}\n\n`),
    table: (table) => write("table", table),
    documents: (docs) =>
      docs.forEach((doc) => write("documents", docValue(doc))),
    questions: (question) => write("questions", questionValue(question)),
    answers: (answer) => write("answers", answerValue(answer)),
    image: imageHandler((value) => write("image", value)),
    audio: (step) => write("audio", stepValue(pipe, step)),
    video: (step) => write("video", stepValue(pipe, step)),
  };
  return {
    on: Object.fromEntries(lanes.map((lane) => [lane, handlers[lane]])),
    close: () => {
      if (texts.length > 0) write("text", texts.join(""));
    },
  };
}

/** Gathers an image; its bytes are not changed, whatever the engine does. */
function imageHandler(
  done: (value: JsonObject) => void,
): (step: MediaPayload) => void {
  let parts: Uint8Array[] = [];
  return ({ action, bytes, mimeType }) => {
    if (action === "begin") parts = [];
    if (bytes) parts.push(bytes.slice());
    if (action !== "end") return;
    done({ mime_type: mimeType, image: base64(concatBytes(parts)) });
    parts = [];
  };
}

/** A step of sound or film: where it is, without its data. */
function stepValue(
  { object }: PipeContext,
  { action, mimeType, bytes }: MediaPayload,
): JsonObject {
  return {
    url: `null://Stream/${object.name}`,
    aviAction: `AVI_ACTION.${action.toUpperCase()}`,
    mimeType,
    size: bytes?.length ?? 0,
  };
}
