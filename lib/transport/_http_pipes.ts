import { isRecord } from "../../schema/json.ts";
import { type Deferred, deferred, ignore } from "../_deferred.ts";
import type { Answer, HttpAsk } from "./_http_ask.ts";

/** How bodies travel. */
export interface HttpPipeOptions {
  /** Whether bodies are streams; asked before the first, until it is known. */
  streaming(): Promise<boolean>;
  /** The most bytes that are held where they are not. */
  readonly bufferBytes: number;
}

type Args = Readonly<Record<string, unknown>>;

/** A body on its way. */
interface HttpPipe {
  /** Resolves when the bytes are taken, or with why they are not. */
  write(data: Uint8Array): Promise<Answer>;
  /** Ends the body; resolves with what the engine made of it. */
  close(): Promise<Answer>;
}

/** The pipes of a connection: each is one `POST /task/data` (design D17). */
export class HttpPipes {
  readonly #ask: HttpAsk;
  readonly #options: HttpPipeOptions;
  readonly #open: Map<unknown, HttpPipe> = new Map();
  #last = 0;
  #streaming: Promise<boolean> | undefined;

  constructor(ask: HttpAsk, options: HttpPipeOptions) {
    this.#ask = ask;
    this.#options = options;
  }

  /** Do what `rrext_process` is told to do. */
  async run(args: Args, data: Uint8Array | undefined): Promise<Answer> {
    const { pipe_id: id, subcommand } = args;
    if (subcommand === "open") return await this.#start(args);
    const pipe = this.#open.get(id);
    if (!pipe) return { error: `Write pipe with id ${id} not found` };
    if (subcommand !== "write") {
      this.#open.delete(id);
      return await pipe.close();
    }
    let goesOn = false;
    try {
      const answer = await pipe.write(data ?? new Uint8Array());
      goesOn = answer.error === undefined;
      return answer;
    } finally {
      // Not everybody closes what was refused.
      if (!goesOn) this.#open.delete(id);
    }
  }

  async #start(args: Args): Promise<Answer> {
    const { bufferBytes } = this.#options;
    const streamed = await this.#isStreaming();
    const id = ++this.#last;
    const send = (body: Uint8Array | ReadableStream<Uint8Array>) =>
      post(this.#ask, args, body);
    this.#open.set(
      id,
      streamed ? streamedPipe(send) : bufferedPipe(send, bufferBytes),
    );
    return { body: { pipe_id: id } };
  }

  async #isStreaming(): Promise<boolean> {
    try {
      return await (this.#streaming ??= this.#options.streaming());
    } catch (error) {
      this.#streaming = undefined;
      throw error;
    }
  }
}

type Send = (
  body: Uint8Array | ReadableStream<Uint8Array>,
) => Promise<Answer>;

/** Bytes are taken when the network has taken those before them. */
function streamedPipe(send: Send): HttpPipe {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  writer.closed.catch(ignore);
  const answer = send(readable);
  answer.catch(ignore);
  let waiting: Deferred<Answer> | undefined;
  let settle: ((gate: Deferred<Answer>) => void) | undefined;

  function over(how: (gate: Deferred<Answer>) => void): void {
    settle = how;
    if (waiting) settle(waiting);
    // A body that nobody ends holds its request, and with it the process.
    writer.abort().catch(ignore);
  }

  // An answer in the middle of a body is a refusal, and says more than the
  // body that it breaks. Heard once: a race at each write would leave something
  // behind at each (field F10).
  answer.then(({ error = "Engine answered before the end of the data" }) => {
    over((gate) => gate.resolve({ error }));
  }, (failure) => over((gate) => gate.reject(failure)));
  return {
    write(data): Promise<Answer> {
      const gate = waiting = deferred<Answer>();
      settle?.(gate);
      writer.write(data).then(() => gate.resolve({}), ignore);
      return gate.promise;
    },
    close(): Promise<Answer> {
      writer.close().catch(ignore);
      return answer;
    },
  };
}

/** For platforms whose bodies are no streams. */
function bufferedPipe(send: Send, most: number): HttpPipe {
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
    async close(): Promise<Answer> {
      // What was refused is not sent in part, either.
      if (!parts) return tooLarge();
      const body = new Uint8Array(size);
      let at = 0;
      for (const part of parts) {
        body.set(part, at);
        at += part.length;
      }
      return await send(body);
    },
  };
}

async function post(
  ask: HttpAsk,
  { mimeType, object, token }: Args,
  body: Uint8Array | ReadableStream<Uint8Array>,
): Promise<Answer> {
  const name = isRecord(object) ? object.name : undefined;
  const { body: data, error } = await ask({
    method: "POST",
    path: "/task/data",
    query: { token },
    body: body as BodyInit,
    headers: {
      "content-type": String(mimeType),
      ...(typeof name === "string" && {
        "content-disposition": `attachment; ${filename(name)}`,
      }),
    },
  });
  return error === undefined ? resultOf(data ?? {}) : { error };
}

/** As it is where every reader understands that; else in both escaped forms. */
function filename(name: string): string {
  if (/^[\w !#$&+,\-.=@^~()[\]{}]+$/.test(name)) return `filename="${name}"`;
  const escaped = encodeURIComponent(name).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `filename="${escaped}"; filename*=UTF-8''${escaped}`;
}

/** The result of the only object, as a socket would have brought it. */
function resultOf({ objects, resultTypes }: Args): Answer {
  const found = isRecord(objects) ? objects.body : undefined;
  if (!isRecord(found)) return { error: "Engine sent no result" };
  const { status, ...result } = found;
  if (status !== "OK") {
    const { error } = result;
    const words = isRecord(error) ? error.message ?? error.error : error;
    return { error: String(words ?? "Object failed") };
  }
  const types = isRecord(resultTypes) && Object.keys(resultTypes).length > 0
    ? { result_types: resultTypes }
    : {};
  return { body: { ...result, ...types } };
}
