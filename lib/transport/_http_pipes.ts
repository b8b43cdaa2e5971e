import { isRecord } from "../../schema/json.ts";
import { ignore } from "../_deferred.ts";
import type { Answer, HttpAsk } from "./_http_ask.ts";

/** How bodies travel. */
export interface HttpPipeOptions {
  readonly streaming: boolean;
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

  constructor(ask: HttpAsk, options: HttpPipeOptions) {
    this.#ask = ask;
    this.#options = options;
  }

  /** Do what `rrext_process` is told to do. */
  async run(args: Args, data: Uint8Array | undefined): Promise<Answer> {
    const { pipe_id: id, subcommand } = args;
    if (subcommand === "open") return this.#start(args);
    const pipe = this.#open.get(id);
    if (!pipe) return { error: `Write pipe with id ${id} not found` };
    if (subcommand === "write") {
      return await pipe.write(data ?? new Uint8Array());
    }
    this.#open.delete(id);
    return await pipe.close();
  }

  #start(args: Args): Answer {
    const id = ++this.#last;
    const send = (body: Uint8Array | ReadableStream<Uint8Array>) =>
      post(this.#ask, args, body);
    const { bufferBytes, streaming } = this.#options;
    this.#open.set(
      id,
      streaming ? streamedPipe(send) : bufferedPipe(send, bufferBytes),
    );
    return { body: { pipe_id: id } };
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
  // An answer in the middle of a body is a refusal.
  const early = answer.then(({ error }) => ({
    error: error ?? "Engine answered before the end of the data",
  }));
  early.catch(ignore);
  return {
    async write(data): Promise<Answer> {
      const written = writer.write(data).then((): Answer => ({}));
      written.catch(ignore);
      // A body that broke says less than the answer that broke it.
      return await Promise.race([written.catch(() => early), early]);
    },
    async close(): Promise<Answer> {
      writer.close().catch(ignore);
      return await answer;
    },
  };
}

/** For platforms whose bodies are no streams. */
function bufferedPipe(send: Send, most: number): HttpPipe {
  const parts: Uint8Array[] = [];
  let size = 0;
  return {
    write(data): Promise<Answer> {
      size += data.length;
      if (size > most) {
        parts.length = 0;
        return Promise.resolve({
          error: `Objects may have ${most} bytes at most on this platform: ` +
            "its request bodies are no streams",
        });
      }
      parts.push(data);
      return Promise.resolve({});
    },
    async close(): Promise<Answer> {
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
        "content-disposition": `attachment; filename="${
          encodeURIComponent(name)
        }"`,
      }),
    },
  });
  return error === undefined ? resultOf(data ?? {}) : { error };
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
