import { RocketRideException } from "../../errors.ts";
import type { Identity } from "../access/permissions.ts";
import type { Core } from "../core.ts";
import type { ClientInfo } from "../dashboard/dashboard.ts";
import type { Watcher } from "../monitor/monitors.ts";
import type { Awaitable } from "../node.ts";
import type { Task } from "../run/task.ts";

/** The connection that a command came over; it owns pipes and subscriptions. */
export interface Caller extends Watcher {
  /** Whether it belongs to the engine's own process. */
  readonly inProcess: boolean;
  /** Whether it is still there and logged in. */
  readonly isPresent: boolean;
  /** Count an attempt to log in; returns how many that makes. */
  countAttempt(): number;
  /** It has authenticated, and told what it is. */
  login(identity: Identity, client: ClientInfo): void;
  /** It goes on without an identity, and loses what came with one. */
  logout(): void;
}

/** A request before anybody knows who sent it. */
export interface OpenCall {
  /** The engine. */
  readonly core: Core;
  /** Where the request came from. */
  readonly caller: Caller;
  /** The request's arguments; `{}` when it had none. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** A request of somebody who has authenticated. */
export interface Call extends OpenCall {
  /** Who it is. */
  readonly identity: Identity;
  /**
   * The task that the request is about: that of the key that the connection
   * came with, else the request's token, from either place.
   */
  readonly token: string | undefined;
}

/** A reply that has bytes besides its body. */
export class BinaryReply {
  /** The body. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The bytes. */
  readonly data: Uint8Array;

  /** Make a reply of both. */
  constructor(body: Readonly<Record<string, unknown>>, data: Uint8Array) {
    this.body = body;
    this.data = data;
  }
}

/** The body of a reply; nothing when there is nothing to return. */
export type Reply = Readonly<Record<string, unknown>> | BinaryReply | void;

/** Does what a request asks for; a throw becomes a failed response. */
export type Command = (call: Call) => Awaitable<Reply>;

/** A command that needs no login. */
export type OpenCommand = (call: OpenCall) => Awaitable<Reply>;

/**
 * The task that a request is about.
 *
 * @throws {RocketRideException} It names none, or none that exists.
 */
export function taskOf({ core, token }: Call): Task {
  if (token === undefined) {
    throw new RocketRideException("Task token is required");
  }
  const task = core.tasks.get(token);
  if (!task) throw notRunning();
  return task;
}

/** The failure of a request about a task that is not there. */
export function notRunning(): RocketRideException {
  return new RocketRideException("Your pipeline is not running", {
    code: "task-not-running",
  });
}
