import type {
  Message,
  RequestMessage,
  ResponseMessage,
} from "../../../schema/envelope.ts";
import {
  AuthenticationException,
  ConnectionException,
  ProtocolException,
  RocketRideException,
} from "../../errors.ts";
import type { Peer } from "../../transport/memory.ts";
import type { ConnectionHandlers } from "../../transport/transport.ts";
import {
  type Identity,
  isAllowed,
  type Permission,
} from "../access/permissions.ts";
import { BinaryReply, type Caller, type Reply } from "../commands/call.ts";
import { COMMANDS, OPEN_COMMANDS } from "../commands/table.ts";
import type { Core } from "../core.ts";
import type { ClientInfo, ConnectionInfo } from "../dashboard/dashboard.ts";
import { Subscriptions } from "../monitor/subscriptions.ts";
import type { Awaitable } from "../node.ts";
import { messageOf, placeOf } from "../run/failure.ts";
import { shortened, type Subject, subjectOf } from "./echo.ts";
import { readRequest } from "./read_request.ts";

/** Requests of one connection that may be worked on at once. */
const MAX_IN_FLIGHT = 4_096;

/** Who is told what becomes of a connection. */
export interface ConnectionHooks {
  /** Told once, when the connection has ended. */
  onEnd(): void;
  /** Told when the connection has logged in, and when it has ended. */
  readonly onLogin?: (() => void) | undefined;
}

/**
 * The engine's end of a connection: reads requests, answers each exactly
 * once, and sends the events that were subscribed to.
 *
 * Responses and events share one counter. A request whose command does not
 * wait is answered before this returns to the transport.
 */
export class Connection implements Caller, ConnectionHandlers, ConnectionInfo {
  /** Unique among the connections of the engine. */
  readonly id: string;
  /** When the connection came, in Unix seconds. */
  readonly connectedAt: number = unixSeconds();
  /** What the connection watches. */
  readonly subscriptions: Subscriptions = new Subscriptions();
  /** Whether it belongs to the engine's own process. */
  readonly inProcess: boolean;
  readonly #core: Core;
  readonly #peer: Peer;
  readonly #hooks: ConnectionHooks;
  #isOpen = true;
  #identity: Identity | undefined;
  #client: ClientInfo = {};
  #lastActivity: number = this.connectedAt;
  #messagesIn = 0;
  #seq = 0;
  #attempts = 0;
  #inFlight = 0;
  #pendingBytes = 0;

  /** Serve a peer. */
  constructor(
    core: Core,
    peer: Peer,
    inProcess: boolean,
    hooks: ConnectionHooks,
  ) {
    this.#core = core;
    this.#peer = peer;
    this.inProcess = inProcess;
    this.#hooks = hooks;
    this.id = core.dashboard.nextId();
    core.monitors.add(this);
    core.dashboard.add(this);
  }

  /** Who the connection is, once it has authenticated. */
  get identity(): Identity | undefined {
    return this.#identity;
  }

  /** What the client told about itself. */
  get client(): ClientInfo {
    return this.#client;
  }

  /** When something last arrived, in Unix seconds. */
  get lastActivity(): number {
    return this.#lastActivity;
  }

  /** How many messages have arrived. */
  get messagesIn(): number {
    return this.#messagesIn;
  }

  /** How many messages were sent: each has the next number. */
  get messagesOut(): number {
    return this.#seq;
  }

  /** Whether the connection is still there and logged in. */
  get isPresent(): boolean {
    return this.#isOpen && this.#identity !== undefined;
  }

  /**
   * A message arrived.
   *
   * @param size Its bytes, or near to it.
   */
  onMessage(message: Message, size: number = sizeOf(message)): void {
    if (!this.#isOpen) return;
    const subject = subjectOf(message);
    if (!subject) return this.refuseMalformed(null, unreadableSeq());
    this.#heard();
    if (message.type === "request") {
      return this.#onRequest(subject, message, size);
    }
    // Nobody waits for an answer to these, but strangers may not send them.
    if (!this.#identity) this.#refuse(subject, notAuthenticated());
  }

  /** The connection ended. */
  onClose(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#core.monitors.delete(this);
    this.logout();
    this.#core.dashboard.delete(this);
    this.#hooks.onLogin?.();
    this.#hooks.onEnd();
  }

  /** Answer something that is not a message, when its `seq` could be read. */
  refuseMalformed(seq: Subject["seq"], error: unknown): void {
    if (!this.#isOpen) return;
    this.#heard();
    this.#refuse({ seq }, this.#identity ? error : notAuthenticated());
  }

  /** End the connection. */
  close(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.onClose();
    this.#peer.close(code, reason);
  }

  /** Count an attempt to log in; returns how many that makes. */
  countAttempt(): number {
    return ++this.#attempts;
  }

  /** The connection has authenticated. */
  login(identity: Identity, client: ClientInfo): void {
    const before = this.#identity;
    this.#identity = identity;
    this.#client = client;
    this.#hooks.onLogin?.();
    if (!before) this.#core.dashboard.connectionAdded(this, identity);
  }

  /** Give up the identity, the subscriptions, the pipes and the files. */
  logout(): void {
    const identity = this.#identity;
    this.#identity = undefined;
    this.subscriptions.clear();
    const reason = new ConnectionException("Connection is closed");
    for (const task of this.#core.tasks.active()) task.release(this, reason);
    this.#core.stores.release(this);
    if (identity) this.#core.dashboard.connectionRemoved(this, identity);
  }

  /** Whether the connection may see events about a task. */
  mayWatch(permission: Permission, token: string): boolean {
    const identity = this.#identity;
    return identity !== undefined && isAllowed(identity, permission, token);
  }

  /** Send an event; one that cannot be sent is left out. */
  sendEvent(event: string, body: Readonly<Record<string, unknown>>): void {
    try {
      this.#send({ type: "event", seq: ++this.#seq, event, body });
    } catch {
      // What happened is nothing that the watched may fail for.
    }
  }

  #heard(): void {
    this.#messagesIn++;
    this.#lastActivity = unixSeconds();
  }

  #onRequest(subject: Subject, request: RequestMessage, size: number): void {
    const full = this.#fullness(size);
    if (full !== undefined) {
      return this.#refuse(subject, new RocketRideException(full));
    }
    try {
      const answer = this.#run(request);
      if (!isPromise(answer)) return this.#answer(subject, answer);
      this.#inFlight++;
      this.#pendingBytes += size;
      answer.then((body) => this.#answer(subject, body))
        .catch((error) => this.#refuse(subject, error))
        .finally(() => {
          this.#inFlight--;
          this.#pendingBytes -= size;
        });
    } catch (error) {
      this.#refuse(subject, error);
    }
  }

  /** Why no more requests are taken; `undefined` while they are. */
  #fullness(size: number): string | undefined {
    if (this.#inFlight >= MAX_IN_FLIGHT) {
      return "Too many requests are waiting for their answers";
    }
    const { maxPendingBytes } = this.#core.settings;
    if (this.#pendingBytes + size <= maxPendingBytes) return undefined;
    return "Requests that wait for their answers may have " +
      `${maxPendingBytes} bytes at most`;
  }

  #run(request: RequestMessage): Awaitable<Reply> {
    const { args, token } = readRequest(request);
    const { command } = request;
    const call = { core: this.#core, caller: this, args };
    const open = OPEN_COMMANDS.get(command);
    if (open) return open(call);
    const identity = this.#identity;
    if (!identity) throw notAuthenticated();
    const run = COMMANDS.get(command);
    if (run) return run({ ...call, identity, token: identity.task ?? token });
    const name = typeof command === "string" ? command : "";
    throw new RocketRideException(`Invalid command: ${shortened(name)}`, {
      code: "unknown-command",
    });
  }

  #answer(subject: Subject, reply: Reply): void {
    const head = { ...this.#head(subject), success: true };
    if (reply instanceof BinaryReply) {
      const { body, data } = reply;
      return this.#send({ ...head, body, arguments: {} }, data);
    }
    this.#send({ ...head, ...(reply && { body: reply }) });
  }

  /**
   * Tell why a request failed; strangers are shown out. When even that fails,
   * the connection ends, and nothing else does.
   */
  #refuse(subject: Subject, error: unknown): void {
    try {
      const { file, line: lineno } = placeOf(error);
      this.#send({
        ...this.#head(subject),
        success: false,
        message: shortened(messageOf(error)),
        trace: { file, lineno },
      });
      if (error instanceof AuthenticationException) this.close(1000, "");
    } catch {
      this.close(1011, "Cannot answer");
    }
  }

  #head({ seq, command }: Subject): ResponseMessage {
    return {
      type: "response",
      seq: ++this.#seq,
      // Echoed whatever it is; null when there was none.
      request_seq: (seq ?? null) as number,
      ...(command !== undefined && { command }),
    };
  }

  #send(message: Message, payload?: Uint8Array): void {
    if (this.#isOpen) this.#peer.send(message, payload);
  }
}

/** What a message holds that did not come as a frame: its payload alone. */
function sizeOf(message: Message): number {
  const { data } = "arguments" in message ? message.arguments ?? {} : {};
  return typeof data === "string" || data instanceof Uint8Array
    ? data.length
    : 0;
}

function unreadableSeq(): ProtocolException {
  return new ProtocolException("The seq of a request must be a number");
}

function notAuthenticated(): AuthenticationException {
  return new AuthenticationException("Not authenticated");
}

function isPromise(value: Awaitable<Reply>): value is Promise<Reply> {
  return value instanceof Promise;
}

function unixSeconds(): number {
  return Date.now() / 1_000;
}
