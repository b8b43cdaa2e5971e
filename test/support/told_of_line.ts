import { lifecycle } from "../../lib/session/lifecycle.ts";
import type { ConnectOptions } from "../../lib/session/options.ts";
import type { Session } from "../../lib/session/session.ts";

/** What a session tells about its line, in a word each. */
export interface ToldOfLine {
  /** `connected`, `lost`, `closed` and `error`, in the order of the calls. */
  readonly log: string[];
  /** The callbacks, for the options of `connect`. */
  readonly callbacks: Pick<
    ConnectOptions,
    "onConnected" | "onDisconnected" | "onConnectError"
  >;
}

/** Take down which callbacks a session calls. */
export function toldOfLine(): ToldOfLine {
  const log: string[] = [];
  return {
    log,
    callbacks: {
      onConnected: () => void log.push("connected"),
      onDisconnected: (_, hasError) =>
        void log.push(hasError ? "lost" : "closed"),
      onConnectError: () => void log.push("error"),
    },
  };
}

/** Wait until a session is connected for as many times in all. */
export async function connected(
  session: Session,
  times: number,
): Promise<void> {
  let seen = 0;
  for await (const { type } of lifecycle(session)) {
    if (type === "connected" && ++seen === times) return;
    if (type === "ended") throw new Error("ended");
  }
}
