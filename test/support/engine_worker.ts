/** A Worker that is an engine, which lives in a Durable Object. */
import { createEngine, type Engine } from "@rocketride/streams/engine";

/** The engine: sockets and tasks outlive the requests that began them. */
export class EngineObject {
  readonly #engine: Engine = createEngine();

  /** Answer a request. */
  fetch(request: Request): Response | Promise<Response> {
    return this.#engine.fetch(request);
  }
}

interface Environment {
  readonly ENGINE: {
    idFromName(name: string): unknown;
    get(id: unknown): { fetch(request: Request): Promise<Response> };
  };
}

export default {
  /** Hand a request over. */
  fetch(request: Request, { ENGINE }: Environment): Promise<Response> {
    return ENGINE.get(ENGINE.idFromName("engine")).fetch(request);
  },
};
