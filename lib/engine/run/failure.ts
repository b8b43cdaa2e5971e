import { isDAPException } from "../../errors.ts";

/** The engine's number for a failure inside a node. */
const EXCEPTION = 19;

/** A failure as results and status records tell it. */
export interface Failure {
  readonly message: string;
  readonly code: number;
  /** The base name of the file where it arose; empty when unknown. */
  readonly file: string;
  /** The line; 0 when unknown. */
  readonly line: number;
  /** The function; empty when unknown. */
  readonly function: string;
}

/** Describe anything thrown, with the place it came from where that is known. */
export function describeFailure(error: unknown): Failure {
  return { message: messageOf(error), code: EXCEPTION, ...placeOf(error) };
}

/**
 * The text of anything thrown; never empty. Without the hint at its end: peers
 * read texts as servers send them.
 */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? wordsOf(error) : String(error);
  if (text !== "") return text;
  return error instanceof Error ? error.name : "Unknown failure";
}

function wordsOf(error: Error): string {
  const { message } = error;
  const hint = isDAPException(error) && error.hint;
  const at = hint ? message.lastIndexOf(hint) : -1;
  return at > 0 ? message.slice(0, at).replace(/(?<!\.)\. $| $/, "") : message;
}

/** The text that rejects a write or an open whose handler threw. */
export function failureText(failure: Failure): string {
  return `Exception: ${failure.message} at (${failure.file}:${failure.line})`;
}

/** Read from where a name begins only: messages may look like frames. */
const PLACE = /(?<![^\s/\\()@])([^\s/\\()@]+):(\d+):\d+\)?\s*$/;

/** The base name, line and function of the innermost stack frame. */
export function placeOf(
  error: unknown,
): Pick<Failure, "file" | "line" | "function"> {
  for (const frame of framesOf(error)) {
    const place = PLACE.exec(frame);
    if (place) {
      const [, file = "", line] = place;
      return { file, line: Number(line), function: functionOf(frame) };
    }
  }
  return { file: "", line: 0, function: "" };
}

/** V8 puts the message first, which may itself look like a place. */
function framesOf(error: unknown): readonly string[] {
  const stack = error instanceof Error ? error.stack ?? "" : "";
  const lines = stack.split("\n");
  const frames = lines.filter((line) => /^\s*at /.test(line));
  return frames.length > 0 ? frames : lines;
}

/** V8 writes "at name [as alias] (place)", others "name@place". */
function functionOf(frame: string): string {
  const named = /^\s*at (?:async )?(?:new )?(\S+)(?: \[as .*\])? \(|^([^@\s]+)@/
    .exec(frame);
  return named?.[1] ?? named?.[2] ?? "";
}
