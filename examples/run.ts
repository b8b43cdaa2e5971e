/**
 * Run an example as it is written, with an embedded engine in place of the
 * cloud: sockets to the cloud go to an engine on a loopback port, and
 * `example.com` answers with a small file.
 *
 *     deno task example quick_start
 *
 * With ROCKETRIDE_URI set, sockets go to that engine.
 *
 * Runs on Deno.
 *
 * @module
 */
import { normalizeUri } from "@rocketride/streams/transport";
import { localEngine } from "./demo/local_engine.ts";

const RealWebSocket = globalThis.WebSocket;
const realFetch = globalThis.fetch;

/** Lead the traffic of the program home. */
function redirect(engine: string): void {
  globalThis.WebSocket = class extends RealWebSocket {
    constructor(url: string | URL) {
      const cloud = new URL(url).hostname.endsWith("rocketride.ai");
      super(cloud ? normalizeUri(engine) : url);
    }
  };
  globalThis.fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.hostname !== "example.com") return realFetch(input, init);
    return Promise.resolve(new Response("id,name\n1,Ada\n"));
  };
}

async function main(name: string | undefined): Promise<void> {
  if (!name || !/^[a-z_]+$/.test(name)) {
    throw new TypeError("Give the name of an example, such as quick_start");
  }
  const uri = Deno.env.get("ROCKETRIDE_URI");
  const local = uri ? undefined : await localEngine();
  try {
    redirect(String(local?.options.uri ?? uri));
    // The program sees its own arguments, without its name.
    Object.defineProperty(Deno, "args", { value: Deno.args.slice(1) });
    await import(new URL(`${name}.ts`, import.meta.url).href);
  } finally {
    await local?.close();
  }
}

await main(Deno.args[0]);
