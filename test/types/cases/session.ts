import {
  call,
  close,
  connect,
  type ConnectOptions,
  isDAPException,
  lifecycle,
  type LifecycleEvent,
  ping,
  type Session,
  type SessionEnd,
  webSocketTransport,
} from "@rocketride/streams";
import {
  httpTransport,
  memoryTransport,
  type Transport,
} from "@rocketride/streams/transport";
import { same } from "./_same.ts";

export async function connecting(url: URL, signal: AbortSignal): Promise<void> {
  const session = await connect();
  same<typeof session, Session>();
  await connect({ uri: url, auth: "key", signal, timeout: Infinity });
  await connect({ auth: ({ uri, signal }) => signal.aborted ? "" : uri });
  await connect({ auth: () => Promise.resolve("key"), heartbeat: false });
  await connect({ signal: null, heartbeat: { interval: 1_000 } });

  // @ts-expect-error: what there is to say about a session is an object
  await connect("wss://example.com");
  // @ts-expect-error: options have one spelling
  await connect({ url });
  // @ts-expect-error: `null` means nothing but for a signal
  await connect({ auth: null });
  // @ts-expect-error: a credential is text
  await connect({ auth: () => 1 });
  // @ts-expect-error: there is no other heartbeat than one with options
  await connect({ heartbeat: true });
}

export function optionsMayBeUndefined(
  uri: string | undefined,
  signal: AbortSignal | undefined,
  timeout: number | undefined,
): ConnectOptions {
  return { uri, signal, timeout, auth: undefined, env: undefined };
}

export async function ends(session: Session): Promise<void> {
  same<typeof session.closed, Promise<SessionEnd>>();
  same<typeof session.signal, AbortSignal>();
  session[Symbol.asyncDispose]().then((nothing: void) => nothing);
  await close(session);
  const delay: number = await ping(session, { timeout: 1 });
  void delay;
  // @ts-expect-error: nobody but the session says where it leads
  session.uri = "";
  // @ts-expect-error: a session is made by connect() alone
  await close({ uri: "" });
}

export async function lives(session: Session): Promise<number> {
  let failures = 0;
  const stream = lifecycle(session);
  same<typeof stream, ReadableStream<LifecycleEvent>>();
  for await (const event of stream) {
    switch (event.type) {
      case "connected":
        same<typeof event.info.uri, string>();
        break;
      case "connect-error":
        failures += event.final ? 1 : 0;
        break;
      case "reconnecting":
        same<typeof event.delay, number>();
        // @ts-expect-error: only a failed attempt has an error
        void event.error;
        break;
      case "disconnected":
      case "ended":
        break;
      default:
        same<typeof event, never>();
    }
  }
  return failures;
}

export const transports: readonly Transport[] = [
  webSocketTransport(),
  webSocketTransport({ WebSocket }),
  httpTransport(),
  memoryTransport(() => ({ onMessage: nothing, onClose: nothing })),
];

function nothing(): void {}

export async function failing(session: Session): Promise<string | undefined> {
  try {
    await call(session, "rrext_ping");
  } catch (error) {
    if (isDAPException(error, "task-ended")) return error.hint;
    // @ts-expect-error: codes are a closed set
    isDAPException(error, "no-such-code");
  }
  return undefined;
}
