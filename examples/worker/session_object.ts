/**
 * A Durable Object that keeps a session, so that requests need not connect: a
 * socket of a Worker belongs to its request, that of a Durable Object to the
 * object. The session persists, and the task is started again whenever the
 * engine has lost it.
 *
 * `wrangler.jsonc` needs a binding PIPELINE of the class `PipelineObject`.
 *
 *     curl --data-binary @README.md https://my-worker.example
 *
 * Runs on Workers.
 *
 * @module
 */
import {
  close,
  connect,
  isDAPException,
  send,
  type Session,
  type Task,
  use,
} from "@rocketride/streams";
import { createEngine } from "@rocketride/streams/engine";
import pipeline from "../pipelines/fingerprint.pipe.json" with { type: "json" };

/** The bindings of the Worker. */
interface Environment {
  readonly PIPELINE: Namespace;
  readonly ROCKETRIDE_URI?: string;
  readonly ROCKETRIDE_APIKEY?: string;
}

/** The part of a namespace of Durable Objects that is needed here. */
interface Namespace {
  idFromName(name: string): unknown;
  get(id: unknown): { fetch(request: Request): Promise<Response> };
}

export default {
  /** Hand a request to the one object. */
  fetch(request: Request, { PIPELINE }: Environment): Promise<Response> {
    return PIPELINE.get(PIPELINE.idFromName("one")).fetch(request);
  },
};

/** Keeps a session and a task for all requests. */
export class PipelineObject {
  readonly #env: Environment;
  #ready: Promise<{ session: Session; task: Task }> | undefined;

  constructor(_state: unknown, env: Environment) {
    this.#env = env;
  }

  /** Send the body of a request through the pipeline. */
  async fetch(request: Request): Promise<Response> {
    if (!request.body) {
      return new Response("POST a document\n", { status: 400 });
    }
    try {
      const { session, task } = await this.#connected();
      const mimeType = request.headers.get("content-type") ?? undefined;
      const result = await send(session, task, request.body, { mimeType });
      return Response.json(result);
    } catch (error) {
      if (!isDAPException(error)) throw error;
      return Response.json({ error: error.message }, { status: 502 });
    }
  }

  /** The session, made by the first request; after a failure by the next. */
  #connected(): Promise<{ session: Session; task: Task }> {
    this.#ready ??= this.#connect().catch((error) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  async #connect(): Promise<{ session: Session; task: Task }> {
    const { ROCKETRIDE_URI: uri, ROCKETRIDE_APIKEY: auth } = this.#env;
    const session = await connect(
      uri
        ? { uri, auth, env: {}, persist: true }
        : { transport: createEngine().transport(), env: {} },
    );
    try {
      const task = await use(session, { pipeline, keepRunning: true, ttl: 0 });
      return { session, task };
    } catch (error) {
      // The next request connects again.
      await close(session);
      throw error;
    }
  }
}
