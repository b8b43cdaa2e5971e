import { createEngine, type Engine } from "../../../lib/engine/mod.ts";
import { KEY } from "../cases/_keys.ts";

/** A Durable Object that is an engine. */
export class EngineHost {
  #engine: Engine | undefined;

  fetch(request: Request): Response | Promise<Response> {
    this.#engine ??= createEngine({ auth: [KEY] });
    return this.#engine.fetch(request);
  }
}
