/**
 * Runs a program as it is written, but leads its traffic home: sockets to the
 * cloud go to an engine on loopback, and fetches of example.com get a body
 * made here. Arguments: the engine's address, the program's URL.
 *
 * @module
 */
const [engine, program] = Deno.args as [string, string];
const RealWebSocket = globalThis.WebSocket;
const realFetch = globalThis.fetch;

globalThis.WebSocket = class extends RealWebSocket {
  constructor(url: string | URL) {
    const { hostname } = new URL(url);
    const home = hostname.endsWith("rocketride.ai");
    super(home ? `${engine}/task/service` : url);
  }
};
globalThis.fetch = (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  if (url.hostname !== "example.com") return realFetch(input, init);
  return Promise.resolve(new Response("id,name\n1,Ada\n"));
};

await import(program);
