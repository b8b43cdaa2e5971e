import { isRecord } from "../../schema/json.ts";
import { type Deferred, deferred, ignore, onAbort } from "../async.ts";
import { framingOf } from "../protocol/media_type.ts";
import {
  type Carriage,
  carriageOf,
  checkSize,
  heldForm,
  notCarried,
  tooLong,
  wrappingOf,
} from "./http_commands.ts";
import {
  type Answer,
  errorWords,
  type HttpAsk,
  plain,
  type StreamingProbe,
} from "./http_requests.ts";
import type { Wrapping } from "./multipart.ts";
import { Places } from "./places.ts";

/** How bodies travel. */
interface HttpPipeOptions {
  /** Whether bodies may be streams; called before the first one. */
  readonly streaming: Pick<StreamingProbe, "ask">;
  /** The most bytes that are held where they are not. */
  readonly bufferBytes: number;
}

type Args = Readonly<Record<string, unknown>>;

/** A pipe that is open, and what ends it. */
interface OpenPipe {
  readonly pipe: HttpPipe;
  /** End its request, if there is one. */
  drop(reason?: unknown): void;
}

/**
 * Servers log each request in by a connection of their own to themselves, and
 * have ten places for those that are not logged in; two are left to others.
 */
const MOST_REQUESTS = 8;

/**
 * The pipes of a connection: each is one `POST /task/data`.
 *
 * Bytes are the body, as a stream where the platform has such bodies. Servers
 * write such a body to the pipe in the pieces that the network makes of it,
 * which cut characters and records. So text and records are held, and go as the
 * only part of a form, as far as servers take one in one write: plain text as a
 * field of up to 1,024 KiB, everything else as a file of up to 64 KiB.
 */
export class HttpPipes {
  readonly #ask: HttpAsk;
  readonly #options: HttpPipeOptions;
  readonly #open: Map<unknown, OpenPipe> = new Map();
  readonly #places: Places = new Places(MOST_REQUESTS);
  #last = 0;

  constructor(ask: HttpAsk, options: HttpPipeOptions) {
    this.#ask = ask;
    this.#options = options;
  }

  /**
   * Carry out an `rrext_process` request.
   *
   * @param signal Ends the call; that of an open ends the pipe.
   * @param onOver Called when a pipe is over that was opened.
   * @throws {ValidationException} HTTP cannot carry it; nothing has been sent.
   */
  run(
    args: Args,
    data: Uint8Array | undefined,
    signal: AbortSignal,
    onOver: () => void,
  ): Promise<Answer> {
    const { pipe_id: id, subcommand } = args;
    if (subcommand === "open") {
      checkSize(args);
      return this.#start(args, signal, onOver);
    }
    const found = this.#open.get(id);
    if (!found) {
      const error = `Write pipe with id ${plain(id)} not found`;
      return Promise.resolve({ error });
    }
    return subcommand === "write"
      ? this.#write(found, data ?? new Uint8Array())
      : this.#close(id, found, signal);
  }

  /** The pipe of a write that was refused may never be closed. */
  #write({ drop, pipe }: OpenPipe, data: Uint8Array): Promise<Answer> {
    let writing: Promise<Answer>;
    try {
      writing = pipe.write(data);
    } catch (error) {
      drop(error);
      throw error;
    }
    writing.then(({ error }) => {
      if (error !== undefined) drop();
    }, drop);
    return writing;
  }

  async #close(
    id: unknown,
    { drop, pipe }: OpenPipe,
    signal: AbortSignal,
  ): Promise<Answer> {
    const detach = onAbort(signal, drop);
    try {
      this.#open.delete(id);
      return await pipe.close();
    } finally {
      detach();
      drop();
    }
  }

  async #start(
    args: Args,
    signal: AbortSignal,
    onOver: () => void,
  ): Promise<Answer> {
    signal.throwIfAborted();
    const id = ++this.#last;
    const ending = new AbortController();
    let giveBack: () => void = ignore;
    const drop = (reason?: unknown): void => {
      if (ending.signal.aborted) return;
      ending.abort(reason);
      this.#open.delete(id);
      detach();
      giveBack();
      onOver();
    };
    const detach = onAbort(signal, drop);
    try {
      giveBack = await this.#places.take(ending.signal);
      const pipe = await this.#pipeOf(args, ending.signal);
      ending.signal.throwIfAborted();
      this.#open.set(id, { pipe, drop });
      return { body: { pipe_id: id } };
    } catch (error) {
      drop(error);
      throw error;
    }
  }

  async #pipeOf(args: Args, signal: AbortSignal): Promise<HttpPipe> {
    const post: Post = (wrapping, body) =>
      postTo(this.#ask, args, { wrapping, body }, signal);
    const carriage = carriageOf(args);
    if (carriage.most < Infinity) return heldPipe(post, carriage);
    const wrapping = wrappingOf(carriage);
    return await this.#options.streaming.ask(signal)
      ? streamedPipe(post, wrapping, signal)
      : bufferedPipe(post, wrapping, this.#options.bufferBytes);
  }
}

async function postTo(
  ask: HttpAsk,
  { token }: Args,
  { wrapping, body }: { readonly wrapping: Wrapping; readonly body: Body },
  signal: AbortSignal,
): Promise<Answer> {
  const { body: data, error, status } = await ask({
    method: "POST",
    path: "/task/data",
    query: { token },
    body,
    headers: wrapping.headers,
  }, signal);
  return error === undefined ? resultOf(data ?? {}) : { error, status };
}

/** The result of the only object, as a socket would have brought it. */
function resultOf({ objects, resultTypes }: Args): Answer {
  const [found] = isRecord(objects) ? Object.values(objects) : [];
  if (!isRecord(found)) return { error: "Engine sent no result" };
  const { status, ...result } = found;
  if (status !== "OK") {
    const { error } = result;
    const words = isRecord(error) ? errorWords(error) : plain(error);
    return { error: words ?? "Object failed" };
  }
  const types = isRecord(resultTypes) && Object.keys(resultTypes).length > 0
    ? { result_types: resultTypes }
    : {};
  return { body: { ...result, ...types } };
}

/** The body of a request. */
type Body = Uint8Array | ReadableStream<Uint8Array>;

/** A body on its way. */
interface HttpPipe {
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
type Post = (wrapping: Wrapping, body: Body) => Promise<Answer>;

/** Bytes are taken when the network has taken those before them. */
function streamedPipe(
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
    // An unfinished body keeps its request open, and the process alive.
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
function bufferedPipe(
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
function heldPipe(post: Post, carriage: Carriage): HttpPipe {
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
