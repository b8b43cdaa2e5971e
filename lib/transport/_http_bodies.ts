import { onAbort } from "../_abort.ts";
import { type Deferred, deferred, ignore } from "../_deferred.ts";
import { framingOf } from "../protocol/media_type.ts";
import type { Answer } from "./_http_ask.ts";
import { type Carriage, heldForm, tooLong } from "./_http_carriage.ts";
import { notCarried } from "./_http_commands.ts";
import type { Wrapping } from "./_multipart.ts";

/** The body of a request. */
export type Body = Uint8Array | ReadableStream<Uint8Array>;

/** A body on its way. */
export interface HttpPipe {
  /**
   * Resolves when the bytes are taken, or with why they are not.
   *
   * @throws {ValidationException} HTTP cannot carry them.
   */
  write(data: Uint8Array): Promise<Answer>;
  /** Ends the body; resolves with what the engine made of it. */
  close(): Promise<Answer>;
}

/** Sends a body in what stands around it; resolves with the answer. */
export type Post = (wrapping: Wrapping, body: Body) => Promise<Answer>;

/** Bytes are taken when the network has taken those before them. */
export function streamedPipe(
  post: Post,
  wrapping: Wrapping,
  signal: AbortSignal,
): HttpPipe {
  const { head, tail } = wrapping;
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  writer.closed.catch(ignore);
  const outcome = deferred<Answer>();
  // The signal may mean nothing to a function of the user's that sends.
  onAbort(signal, outcome.reject);
  post(wrapping, readable).then(outcome.resolve, outcome.reject);
  let waiting: Deferred<Answer> | undefined;
  let settle: ((gate: Deferred<Answer>) => void) | undefined;
  if (head.length > 0) writer.write(head).catch(ignore);

  function over(how: (gate: Deferred<Answer>) => void): void {
    settle = how;
    if (waiting) settle(waiting);
    // A body that nobody ends holds its request, and with it the process.
    writer.abort().catch(ignore);
  }

  // An answer in the middle of a body is a refusal, and says more than the
  // body that it breaks. Heard once: a race at each write would leave something
  // behind at each.
  outcome.promise.then(
    ({ error = "Engine answered before the end of the data" }) => {
      over((gate) => gate.resolve({ error }));
    },
    (failure) => over((gate) => gate.reject(failure)),
  );
  return {
    write(data): Promise<Answer> {
      const gate = waiting = deferred<Answer>();
      settle?.(gate);
      writer.write(data).then(() => gate.resolve({}), ignore);
      return gate.promise;
    },
    close(): Promise<Answer> {
      if (tail.length > 0) writer.write(tail).catch(ignore);
      writer.close().catch(ignore);
      return outcome.promise;
    },
  };
}

/** For platforms whose bodies are no streams. */
export function bufferedPipe(
  post: Post,
  wrapping: Wrapping,
  most: number,
): HttpPipe {
  let parts: Uint8Array[] | undefined = [];
  let size = 0;

  function tooLarge(): Answer {
    return {
      error: `Objects may have ${most} bytes at most on this platform: ` +
        "its request bodies are no streams",
    };
  }

  return {
    write(data): Promise<Answer> {
      size += data.length;
      if (size > most) parts = undefined;
      parts?.push(data);
      return Promise.resolve(parts ? {} : tooLarge());
    },
    close(): Promise<Answer> {
      // What was refused is not sent in part, either.
      if (!parts) return Promise.resolve(tooLarge());
      return post(wrapping, wrapped(wrapping, parts));
    },
  };
}

/** Text and records: one write for the server, or nothing. */
export function heldPipe(post: Post, carriage: Carriage): HttpPipe {
  const { mimeType, most } = carriage;
  const isText = framingOf(mimeType) === "text";
  let parts: Uint8Array[] = [];
  let size = 0;
  return {
    write(data): Promise<Answer> {
      // A record that is written again would be another one.
      if (!isText && parts.length > 0) {
        if (isNothing(data)) return Promise.resolve({});
        if (!isNothing(parts[0]!)) {
          throw notCarried(`a second record of ${mimeType} in one pipe`);
        }
        parts = [];
        size = 0;
      }
      size += data.length;
      if (size > most) {
        parts = [];
        throw tooLong(mimeType, most);
      }
      parts.push(data);
      return Promise.resolve({});
    },
    close(): Promise<Answer> {
      const form = heldForm(carriage, parts.length > 0 ? size : undefined);
      return post(form, wrapped(form, parts));
    },
  };
}

/** A list without documents: it keeps a pipe, and is not a record. */
function isNothing(data: Uint8Array): boolean {
  return data.length === 2 && data[0] === 0x5b && data[1] === 0x5d;
}

/** All of a body in one piece. */
function wrapped(
  { head, tail }: Wrapping,
  parts: readonly Uint8Array[],
): Uint8Array {
  const all = [head, ...parts, tail];
  const body = new Uint8Array(all.reduce((sum, it) => sum + it.length, 0));
  let at = 0;
  for (const part of all) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}
