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
  authorize,
  authorizedTask,
  type Identity,
  isAllowed,
  type Permission,
} from "../access/permissions.ts";
import { BinaryReply, type Caller, type Reply } from "../commands/call.ts";
import {
  needsCode,
  pipelineCode,
  pipelines,
} from "../commands/pipeline_code.ts";
import { COMMANDS } from "../commands/table.ts";
import type { Core } from "../core.ts";
import type { ClientInfo, ConnectionInfo } from "../dashboard/dashboard.ts";
import { Subscriptions } from "../monitor/monitors.ts";
import type { Awaitable } from "../node.ts";
import { messageOf, placeOf } from "../run/failure.ts";

/** The most characters of a `seq` or a command that a response repeats. */
const MAX_ECHO = 256;
/** The most characters of a failure; it may quote a part of a request. */
const MAX_MESSAGE = 16_384;

/** The codes of failures that clients tell apart. */
const CODES: ReadonlyMap<string, string> = new Map([
  ["Your pipeline is not running", "TASK_NOT_REGISTERED"],
  [
    "Multiple pipelines are running for this project; specify a scope",
    "TASK_AMBIGUOUS",
  ],
  ["Task has already completed", "TASK_COMPLETED"],
]);

/** The types of messages that get no answer. */
const OTHER_TYPES: ReadonlySet<unknown> = new Set(["response", "event"]);

/** What a connection calls back. */
export interface ConnectionHooks {
  /** Called once, when the connection has ended. */
  onEnd(): void;
  /** Called when the connection has logged in, and when it has ended. */
  readonly onLogin?: (() => void) | undefined;
  /** The address that the client has reached the engine at. */
  readonly origin?: string | undefined;
}

/** The parts of a message that its response repeats. */
interface Subject {
  /** The number of the request, or what it had in place of one. */
  readonly seq?: number | string | null | undefined;
  readonly command?: string | undefined;
}

/**
 * The engine's end of a connection: reads requests, answers each exactly
 * once, and sends the events that were subscribed to.
 *
 * Responses and events share one counter. A request whose command does not
 * wait is answered before `onMessage` returns.
 */
export class Connection implements Caller, ConnectionHandlers, ConnectionInfo {
  readonly id: string;
  readonly connectedAt: number = unixSeconds();
  readonly subscriptions: Subscriptions = new Subscriptions();
  readonly inProcess: boolean;
  readonly origin: string | undefined;
  identity: Identity | undefined;
  client: ClientInfo = {};
  lastActivity: number = this.connectedAt;
  messagesIn = 0;
  /** Each message that is sent has the next number. */
  messagesOut = 0;
  readonly #core: Core;
  readonly #peer: Peer;
  readonly #hooks: ConnectionHooks;
  #isOpen = true;
  #attempts = 0;
  #pendingRequests = 0;
  #pendingBytes = 0;

  constructor(
    core: Core,
    peer: Peer,
    inProcess: boolean,
    hooks: ConnectionHooks,
  ) {
    this.#core = core;
    this.#peer = peer;
    this.inProcess = inProcess;
    this.origin = hooks.origin;
    this.#hooks = hooks;
    this.id = core.dashboard.nextId();
    core.monitors.add(this);
    core.dashboard.add(this);
  }

  /** Whether the connection is open and logged in. */
  get isPresent(): boolean {
    return this.#isOpen && this.identity !== undefined;
  }

  /** Handle a message; `size` is its bytes, or near to it. */
  onMessage(message: Message, size: number = sizeOf(message)): void {
    if (!this.#isOpen) return;
    const subject = subjectOf(message);
    if (!subject) {
      const text = "The seq of a request must be a number";
      return this.refuseMalformed(null, new ProtocolException(text));
    }
    this.#received();
    if (message.type === "request") {
      return this.#onRequest(subject, message, size);
    }
    // Other messages need no answer, but a login.
    if (!this.identity) return this.#refuse(subject, notAuthenticated());
    // A request that was damaged on its way: its caller waits for an answer.
    if (!OTHER_TYPES.has(message.type)) this.#refuse(subject, unknownType());
  }

  onClose(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#core.monitors.delete(this);
    this.logout();
    this.#core.dashboard.delete(this);
    this.#hooks.onLogin?.();
    this.#hooks.onEnd();
  }

  /** Answer what is not a message, when its `seq` could be read. */
  refuseMalformed(seq: Subject["seq"], error: unknown): void {
    if (!this.#isOpen) return;
    this.#received();
    this.#refuse({ seq }, this.identity ? error : notAuthenticated());
  }

  close(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.onClose();
    this.#peer.close(code, reason);
  }

  /** Count an attempt to log in; returns how many that makes. */
  countAttempt(): number {
    return ++this.#attempts;
  }

  login(identity: Identity, client: ClientInfo): void {
    const before = this.identity;
    this.identity = identity;
    this.client = client;
    this.#hooks.onLogin?.();
    if (!before) this.#core.dashboard.connectionAdded(this, identity);
  }

  /** Give up the identity, the subscriptions, the pipes and the files. */
  logout(): void {
    const identity = this.identity;
    this.identity = undefined;
    this.subscriptions.clear();
    const reason = new ConnectionException("Connection is closed");
    for (const task of this.#core.tasks.active()) task.release(this, reason);
    this.#core.stores.release(this);
    if (identity) this.#core.dashboard.connectionRemoved(this, identity);
  }

  /** Whether the connection may see events about a task. */
  mayWatch(permission: Permission, token: string): boolean {
    const identity = this.identity;
    return identity !== undefined && isAllowed(identity, permission, token);
  }

  /** Send an event; one that cannot be sent is dropped. */
  sendEvent(event: string, body: Readonly<Record<string, unknown>>): void {
    try {
      this.#send({ type: "event", seq: ++this.messagesOut, event, body });
    } catch {
      // A watcher must not fail what it watches.
    }
  }

  #received(): void {
    this.messagesIn++;
    this.lastActivity = unixSeconds();
  }

  #onRequest(subject: Subject, request: RequestMessage, size: number): void {
    try {
      this.#checkPending(size);
      const { code, loading } = pipelines;
      const isLate = !code &&
        (loading || needsCode(COMMANDS.get(request.command)));
      const answer = isLate ? this.#runLate(request) : this.#run(request);
      if (!(answer instanceof Promise)) return this.#answer(subject, answer);
      this.#pendingRequests++;
      this.#pendingBytes += size;
      answer.then((body) => this.#answer(subject, body))
        .catch((error) => this.#refuse(subject, error))
        .finally(() => {
          this.#pendingRequests--;
          this.#pendingBytes -= size;
        });
    } catch (error) {
      this.#refuse(subject, error);
    }
  }

  /**
   * Run a request once the code of pipelines is there: a start, or a request
   * behind it, which must find what was started.
   */
  async #runLate(request: RequestMessage): Promise<Reply> {
    // A caller in process may change its request meanwhile.
    const copy = this.inProcess ? structuredClone(request) : request;
    await pipelineCode();
    return await this.#run(copy);
  }

  #checkPending(size: number): void {
    const { maxPendingRequests, maxPendingBytes } = this.#core.settings;
    if (this.#pendingRequests >= maxPendingRequests) {
      throw new RocketRideException(
        "Too many requests are waiting for their answers",
      );
    }
    if (this.#pendingBytes + size > maxPendingBytes) {
      throw new RocketRideException(
        "Requests that wait for their answers may have " +
          `${maxPendingBytes} bytes at most`,
      );
    }
  }

  /** Run a command. The token may be among its arguments or beside them. */
  #run(request: RequestMessage): Awaitable<Reply> {
    const core = this.#core;
    const identity = this.identity;
    const args = argumentsOf(request);
    const command = COMMANDS.get(request.command);
    if (command?.for === "open") {
      return command.run({ core, caller: this, args });
    }
    if (!identity) throw notAuthenticated();
    if (!command) {
      const name = typeof request.command === "string" ? request.command : "";
      throw new RocketRideException(`Invalid command: ${shortened(name)}`, {
        code: "unknown-command",
      });
    }
    const token = identity.task ??
      [args.token, request.token].find(isToken);
    const call = { core, caller: this, args, identity, token };
    if (command.for !== "task") {
      authorize(command, identity);
      return command.run(call);
    }
    const task = authorizedTask(core.tasks, token, command, identity);
    return command.run({ ...call, task });
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
   * Answer with a failure. Who is not authenticated is disconnected; when the
   * answer cannot be sent, the connection is closed.
   */
  #refuse(subject: Subject, error: unknown): void {
    try {
      const { file, line: lineno } = placeOf(error);
      const message = messageOf(error);
      const code = CODES.get(message);
      this.#send({
        ...this.#head(subject),
        success: false,
        message: shortened(message),
        ...(code !== undefined && { code }),
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
      seq: ++this.messagesOut,
      // Repeated whatever it is; null when there was none.
      request_seq: (seq ?? null) as number,
      ...(command !== undefined && { command }),
    };
  }

  #send(message: Message, payload?: Uint8Array): void {
    if (this.#isOpen) this.#peer.send(message, payload);
  }
}

/** What a response may repeat of a message; not everything can be a `seq`. */
function subjectOf(
  { seq, command }: { readonly seq?: unknown; readonly command?: unknown },
): Subject | undefined {
  const isNumber = typeof seq === "number" || seq === undefined || seq === null;
  if (!isNumber && !isShort(seq)) return undefined;
  return { seq, ...(isShort(command) && { command }) };
}

function isShort(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_ECHO;
}

function argumentsOf(
  { arguments: given }: RequestMessage,
): Readonly<Record<string, unknown>> {
  const isRecord = typeof given === "object" && given !== null &&
    !Array.isArray(given);
  return isRecord ? given : {};
}

function isToken(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function shortened(text: string): string {
  return text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE)}…`;
}

/** The size of a message that did not come as a frame: that of its payload. */
function sizeOf(message: Message): number {
  const { data } = "arguments" in message ? message.arguments ?? {} : {};
  return typeof data === "string" || data instanceof Uint8Array
    ? data.length
    : 0;
}

function notAuthenticated(): AuthenticationException {
  return new AuthenticationException("Not authenticated");
}

function unknownType(): ProtocolException {
  return new ProtocolException('The type of a request must be "request"');
}

function unixSeconds(): number {
  return Date.now() / 1_000;
}
