// deno-lint-ignore no-external-import -- only Node has a way to reset a connection
import { connect, createServer, type Socket } from "node:net";
import { deferred } from "../../lib/async.ts";

/** What passes bytes between clients and a port, and can do it badly. */
export interface TcpFront extends AsyncDisposable {
  /** Where clients dial. */
  readonly port: number;
  /** Reset every connection, as a peer that has lost its memory does. */
  reset(): void;
  /** Pass nothing on any more, on no connection that there is. */
  silence(): void;
  /** Do that to the next connection as soon as it speaks; resolves when done. */
  spoilNext(how: "reset" | "silence"): Promise<void>;
}

/** Put a front before a loopback port. */
export async function tcpFront(target: number): Promise<TcpFront> {
  const near = new Set<Socket>();
  const far = new Set<Socket>();
  let spoil: (() => void) | undefined;

  function accept(client: Socket): void {
    near.add(client);
    client.on("error", () => {}).on("close", () => near.delete(client));
    if (spoil) {
      client.once("data", spoil);
      spoil = undefined;
      return;
    }
    const server = connect(target, "127.0.0.1");
    far.add(server);
    server.on("error", () => client.destroy());
    server.on("close", () => {
      far.delete(server);
      client.end();
    });
    client.on("close", () => server.destroy());
    client.pipe(server).pipe(client);
  }

  function reset(): void {
    for (const client of near) client.resetAndDestroy();
  }

  function silence(): void {
    for (const client of near) client.unpipe().resume();
    for (const server of far) server.unpipe().resume();
  }

  const listener = createServer(accept);
  await new Promise<void>((resolve) => {
    listener.listen(0, "127.0.0.1", resolve);
  });
  const { port } = listener.address() as { port: number };
  return {
    port,
    reset,
    silence,
    spoilNext(how): Promise<void> {
      const { promise, resolve } = deferred<void>();
      spoil = (): void => {
        if (how === "reset") reset();
        else silence();
        resolve();
      };
      return promise;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      const closed = new Promise((resolve) => listener.close(resolve));
      for (const socket of [...near, ...far]) socket.destroy();
      await closed;
    },
  };
}
