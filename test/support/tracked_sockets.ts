import type { WebSocketConstructor } from "../../lib/transport/web_socket.ts";

/** Sockets of the platform that are known by their test. */
export interface TrackedSockets {
  /** Makes them. */
  readonly WebSocket: WebSocketConstructor;
  /** Resolves when every one that was ever made is closed. */
  closed(): Promise<void>;
}

/** Keep track of sockets, to show that none is left open. */
export function trackedSockets(): TrackedSockets {
  const all: Promise<unknown>[] = [];
  return {
    WebSocket: class extends WebSocket {
      constructor(url: string) {
        super(url);
        all.push(
          new Promise((resolve) => {
            this.addEventListener("close", resolve, { once: true });
          }),
        );
      }
    },
    async closed(): Promise<void> {
      await Promise.all(all);
    },
  };
}
