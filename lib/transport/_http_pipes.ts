import { isRecord } from "../../schema/json.ts";
import { onAbort } from "../_abort.ts";
import { ignore } from "../_deferred.ts";
import { type Answer, errorWords, type HttpAsk, plain } from "./_http_ask.ts";
import {
  type Body,
  bufferedPipe,
  heldPipe,
  type HttpPipe,
  type Post,
  streamedPipe,
} from "./_http_bodies.ts";
import { carriageOf, checkSize, wrappingOf } from "./_http_carriage.ts";
import type { Wrapping } from "./_multipart.ts";
import { Places } from "./_places.ts";
import type { StreamingProbe } from "./_streams_bodies.ts";

/** How bodies travel. */
export interface HttpPipeOptions {
  /** Tells whether bodies are streams; asked before the first of them. */
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
   * Do what `rrext_process` is told to do.
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

  /** Not everybody closes what was refused. */
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
    body: body as BodyInit,
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
