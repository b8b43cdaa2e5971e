import { type Clock, deferred, within } from "../../../async.ts";
import type { Upgrade } from "../../settings.ts";
import { closeSocket } from "../close_socket.ts";

const CLOSED = 3;

/** The sockets of a server. */
export class OpenSockets {
  readonly #open: Map<WebSocket, Promise<void>> = new Map();

  /** The same way to accept a socket, which is remembered while it is open. */
  keeping(upgrade: Upgrade): Upgrade {
    return (request) => {
      const accepted = upgrade(request);
      this.#keep(accepted.socket);
      return accepted;
    };
  }

  /** Close all of them, and wait for the peers to agree, but not for long. */
  async close(clock: Clock, patience: number): Promise<void> {
    for (const socket of this.#open.keys()) {
      closeSocket(socket, 1001, "Server is closed");
    }
    await within(clock, patience, Promise.all(this.#open.values()));
  }

  #keep(socket: WebSocket): void {
    if (socket.readyState === CLOSED) return;
    const gone = deferred<void>();
    this.#open.set(socket, gone.promise);
    socket.addEventListener("close", () => {
      this.#open.delete(socket);
      gone.resolve();
    });
  }
}
