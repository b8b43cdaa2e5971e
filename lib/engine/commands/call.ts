import { RocketRideException } from "../../errors.ts";
import type { Identity, Permission } from "../access/permissions.ts";
import type { Core } from "../core.ts";
import type { ClientInfo } from "../dashboard/dashboard.ts";
import type { Watcher } from "../monitor/monitors.ts";
import type { Awaitable } from "../node.ts";
import type { Task } from "../run/task.ts";
import { textOf } from "../text_of.ts";

/** The connection of a request; it owns pipes, files and subscriptions. */
export interface Caller extends Watcher {
  /** Whether it belongs to the engine's own process. */
  readonly inProcess: boolean;
  /** The address that it has reached the engine at; none in process. */
  readonly origin: string | undefined;
  /** Whether it is open and logged in. */
  readonly isPresent: boolean;
  /** Count an attempt to log in; returns how many that makes. */
  countAttempt(): number;
  login(identity: Identity, client: ClientInfo): void;
  /** Give up the identity, and what came with it. */
  logout(): void;
}

/** A request of a connection that need not have logged in. */
export interface OpenCall {
  readonly core: Core;
  readonly caller: Caller;
  /** The request's arguments; `{}` when it had none. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** A request of a connection that has logged in. */
export interface Call extends OpenCall {
  readonly identity: Identity;
  /**
   * The token of the task that the request is about: that of the key which the
   * connection logged in with, else the request's own.
   */
  readonly token: string | undefined;
}

/** A request about a task. */
export interface TaskCall extends Call {
  readonly task: Task;
}

/** A reply that has bytes besides its body. */
export class BinaryReply {
  readonly body: Readonly<Record<string, unknown>>;
  readonly data: Uint8Array;

  constructor(body: Readonly<Record<string, unknown>>, data: Uint8Array) {
    this.body = body;
    this.data = data;
  }
}

/** The body of a reply; nothing when there is nothing to return. */
export type Reply = Readonly<Record<string, unknown>> | BinaryReply | void;

/** A function that does what a request asks for; throws to refuse. */
type Run<AnyCall> = (call: AnyCall) => Awaitable<Reply>;

/** A command: who may run it, as `Access` explains, and what it does. */
export type Command =
  | { readonly for: "open"; readonly run: Run<OpenCall> }
  | { readonly for: "login"; readonly run: Run<Call> }
  | {
    readonly for: "own" | "engine";
    readonly permission: Permission;
    readonly run: Run<Call>;
  }
  | {
    readonly for: "task";
    readonly permission: Permission;
    /** What the token is for, where a request without one is told so. */
    readonly purpose?: string | undefined;
    readonly run: Run<TaskCall>;
  };

/** Refuse a subcommand that a command does not have. */
export function unknownSubcommand(subcommand: unknown): never {
  throw new RocketRideException(`Unknown subcommand: ${textOf(subcommand)}`, {
    code: "unknown-command",
  });
}
