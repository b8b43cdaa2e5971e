import { createEngine } from "../../lib/engine/engine.ts";
import type { Places } from "./case.ts";
import { KEYS } from "./cases/_keys.ts";
import { serveFaults } from "./server/faults.ts";
import { gates } from "./server/gates.ts";
import { listen } from "./server/listen.ts";
import { conformanceNodes } from "./server/nodes.ts";
import { answerSite } from "./server/site.ts";

/** What all runtimes are told, besides which one they are. */
export type SharedPlaces = Omit<Places, "runtime">;

/** A server for conformance cases. */
export interface ConformanceServer extends AsyncDisposable {
  /** Where everything is. */
  readonly places: SharedPlaces;
}

/** Far above what cases have at once; each runtime comes from one address. */
const MANY_STRANGERS = 1_000;

/** Serve an engine, its faulty siblings, and bodies to fetch. */
export function startServer(): ConformanceServer {
  const waiting = gates();
  const engine = createEngine({
    nodes: conformanceNodes(waiting),
    auth: KEYS,
    env: { ROCKETRIDE_SERVER_WORD: "from the server" },
    maxUnauthenticated: MANY_STRANGERS,
  });
  const served = listen(engine.fetch);
  const faults = serveFaults(served.origin, waiting);
  const site = listen(answerSite);
  return {
    places: {
      engine: served.origin,
      faults: faults.origin,
      site: site.origin,
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await engine.close();
      await Promise.all([served.close(), faults.close(), site.close()]);
    },
  };
}

if (import.meta.main) {
  // deno-lint-ignore no-console -- whoever started it reads this line
  console.log(JSON.stringify(startServer().places));
}
