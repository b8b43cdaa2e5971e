import { isRecord } from "../../../schema/json.ts";

type Args = Readonly<Record<string, unknown>>;

/** No text begins like this: whoever reads it fails. */
const NO_TEXT = Uint8Array.of(0xff);

/**
 * Reads every write to a text lane by itself, as a server does: a character
 * that is cut in two is lost, and with it all that follows. The engine would
 * put it together again.
 */
export interface TextLanes {
  /** A pipe was opened. */
  opened(args: Args, id: unknown, task: TaskOutline): void;
  /** What is to be written in place of what was given. */
  write(args: Args): Args;
}

/** What has to be known of a task. */
export interface TaskOutline {
  /** Its pipeline. */
  readonly pipeline: unknown;
  /** Its source component. */
  readonly source: unknown;
}

/** Make the lanes of a task. */
export function textLanes(): TextLanes {
  const pipes = new Set<unknown>();
  return {
    opened({ mimeType }, id, task): void {
      const isText = mimeType === "lane/text" ||
        `${mimeType}`.startsWith("text/") && listensToText(task);
      if (isText) pipes.add(id);
      else pipes.delete(id);
    },
    write(args): Args {
      const { pipe_id: id, data } = args;
      if (!pipes.has(id) || !(data instanceof Uint8Array)) return args;
      return isUtf8(data) ? args : { ...args, data: NO_TEXT };
    },
  };
}

function listensToText({ pipeline, source }: TaskOutline): boolean {
  const components = isRecord(pipeline) ? pipeline.components : undefined;
  return list(components).some((it) =>
    isRecord(it) &&
    list(it.input).some((input) =>
      isRecord(input) && input.lane === "text" && input.from === source
    )
  );
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
