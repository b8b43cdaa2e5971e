import { assertEquals } from "@std/assert";
import { ConnectionException } from "../../lib/errors.ts";
import { close } from "../../lib/session/connection.ts";
import { connect } from "../../lib/session/connect.ts";
import type { ConnectOptions } from "../../lib/session/options.ts";
import type { Session } from "../../lib/session/session.ts";
import type { Connection } from "../../lib/transport/transport.ts";
import type { Message } from "../../schema/envelope.ts";
import { type FakeClock, fakeClock } from "./fake_clock.ts";
import { type ScriptedDial, scriptedTransport } from "./scripted_transport.ts";

type Scripted = ReturnType<typeof scriptedTransport>;

function reply(
  dial: ScriptedDial,
  message: Message,
  body: Record<string, unknown> = {},
  success = true,
): void {
  const request_seq = message.seq;
  dial.handlers.onMessage({
    type: "response",
    seq: 1,
    request_seq,
    success,
    body,
    ...(success ? {} : { message: "Refused" }),
  } as Message);
}

/** A session with `persist` over a network that a test plays. */
export interface PersistRig {
  readonly clock: FakeClock;
  readonly transport: Scripted;
  readonly log: string[];
  readonly options: ConnectOptions;
  /** Whether the network works. */
  up: boolean;
  /** Whether lines refuse to send, as those that are closing do. */
  deaf: boolean;
  /** Commands that the engine does not answer. */
  readonly silent: Set<string>;
  /** The body of every answer. */
  body: Readonly<Record<string, unknown>>;
  /** How the engine takes a login. */
  login: (auth: unknown) => boolean;
}

/** Make a rig; what happens to the line is told in its log. */
export function persistRig(more: ConnectOptions = {}): PersistRig {
  const clock = fakeClock();
  const log: string[] = [];
  const transport = scriptedTransport({
    onSend(message, dial): void {
      if (message.type !== "request") return;
      if (self.deaf) {
        throw new ConnectionException("Connection is not open", {
          code: "not-connected",
        });
      }
      if (self.silent.has(message.command)) return;
      const auth = message.arguments?.auth;
      const accepted = message.command !== "auth" || self.login(auth);
      if (message.command === "auth") log.push(`auth ${auth}`);
      const { body } = self;
      queueMicrotask(() => reply(dial, message, body, accepted));
    },
  });
  const dial = transport.dial;
  const self: PersistRig = {
    clock,
    log,
    transport,
    up: true,
    deaf: false,
    silent: new Set(["silence"]),
    body: { userToken: "durable" },
    login: () => true,
    options: {
      transport: {
        ...transport,
        dial(...args): Promise<Connection> {
          const opening = dial.apply(transport, args);
          const last = transport.dials.at(-1)!;
          last.closed.resolve();
          if (self.up) last.open();
          else last.fail(new ConnectionException("Nobody is there"));
          return opening;
        },
      },
      uri: "ws://localhost",
      auth: "key",
      env: {},
      clock,
      heartbeat: false,
      persist: true,
      random: () => 0.5,
      onConnected: () => void log.push("connected"),
      onDisconnected: (reason, hasError) =>
        void log.push(`disconnected ${hasError} ${reason}`),
      onConnectError: (message) => void log.push(`error ${message}`),
      ...more,
    },
  };
  return self;
}

/** Lose the line. */
export function drop({ transport }: PersistRig): void {
  transport.dials.at(-1)!.handlers.onClose({ code: 1006, reason: "cut" });
}

/** Connect. */
export async function opened(it: PersistRig): Promise<Session> {
  const connecting = connect(it.options);
  await it.clock.advance(0);
  return await connecting;
}

/** Close; nothing may be left. */
export async function shut(
  it: PersistRig,
  session: Session,
): Promise<void> {
  const closing = close(session);
  await it.clock.advance(5_000);
  await closing;
  assertEquals(it.clock.timers, 0);
}
