import type { ConnectResult } from "../../schema/account.ts";
import { didFail, type ResponseMessage } from "../../schema/envelope.ts";
import { abortable, type Clock, ignore } from "../async.ts";
import {
  AuthenticationException,
  ProtocolException,
  ValidationException,
} from "../errors.ts";
import { failureText } from "../protocol/failure.ts";
import { shownAccount } from "../protocol/secrets.ts";
import { retryableError } from "../transport/failures.ts";
import type { Connection } from "../transport/transport.ts";
import type { Auth, AuthContext, Settings } from "./options.ts";

/** A login that lasted this long resets the count of failures. */
const STABLE_MS = 10_000;
/** The least delay after one of {@linkcode BUSY_CODES}. */
const BUSY_MS = 5_000;
/** Close codes of a server that restarts or is too busy. */
const BUSY_CODES = [1012, 1013];
const MAX_DOUBLINGS = 16;
/** Errors after which another attempt to connect would fail as well. */
const FINAL = [
  AuthenticationException,
  ProtocolException,
  ValidationException,
  TypeError,
  RangeError,
] as const;

/** The failure before an attempt; an object, since any value can be thrown. */
export type Failure = { readonly reason: unknown } | undefined;

/**
 * The attempts of a session to connect: whether and when the next one is made,
 * and which credential it presents. Later logins present the durable token that
 * the server has issued for a key, and the key itself once that was refused.
 */
export class Attempts {
  /** Attempts that failed, and connections that were lost, in a row. */
  failures = 0;
  readonly #settings: Pick<Settings, "clock" | "random" | "reconnect">;
  #connectedAt = Infinity;
  /** The durable token that was refused. */
  #refused: string | undefined;
  /** What the `auth` function threw last. */
  #authError: unknown;

  constructor(settings: Pick<Settings, "clock" | "random" | "reconnect">) {
    this.#settings = settings;
  }

  /** The session is connected. */
  connected(): void {
    this.#connectedAt = this.#settings.clock.now();
  }

  /**
   * The session is not connected any more.
   *
   * @returns Whether it was.
   */
  disconnected(): boolean {
    const lasted = this.#settings.clock.now() - this.#connectedAt;
    if (lasted >= STABLE_MS) this.failures = 0;
    this.#connectedAt = Infinity;
    return lasted >= 0;
  }

  /**
   * Decide whether another attempt is made.
   *
   * @param error Why the last attempt failed or the connection was lost.
   * @returns What the session ends with if none is made: the error, or what
   * `shouldReconnect` throws.
   */
  finalFailure(error: unknown): Failure {
    const { shouldReconnect } = this.#settings.reconnect;
    // Without a network, `fetch` in the caller's function throws a `TypeError`.
    const isOffline = error instanceof TypeError && error === this.#authError;
    try {
      const retries = shouldReconnect
        ? shouldReconnect(error, this.failures + 1)
        : isOffline || !FINAL.some((it) => error instanceof it);
      return retries ? undefined : { reason: error };
    } catch (reason) {
      return { reason };
    }
  }

  /**
   * Count a failure and choose the delay before the next attempt: a random one
   * up to a ceiling, so that the clients of a server that restarts do not
   * return all at once.
   *
   * @param error Why the last attempt failed or the connection was lost.
   * @param most The time that is left for attempts, in milliseconds.
   * @returns Milliseconds.
   */
  nextDelay(error: unknown, most: number): number {
    const { random, reconnect } = this.#settings;
    const { firstDelay = 250, maxDelay = 15_000 } = reconnect;
    const doublings = Math.min(this.failures++, MAX_DOUBLINGS);
    const ceiling = Math.min(maxDelay, firstDelay * 2 ** doublings);
    const share = random();
    const busyDelay = BUSY_MS + Math.max(0, maxDelay - BUSY_MS) * share;
    // If that is more time than is left, the usual delay is used.
    const isBusy = BUSY_CODES.includes(Object(error).closeCode) &&
      busyDelay < most;
    return Math.max(0, Math.min(isBusy ? busyDelay : ceiling * share, most));
  }

  /**
   * Get the credential, before a connection is opened for it.
   *
   * @param identity The account of the last login.
   * @param failure The failure before this attempt.
   * @param signal Ends the wait for the caller's function.
   */
  async credential(
    { auth, secrets, url }: Settings,
    identity: ConnectResult | undefined,
    failure: Failure,
    signal: AbortSignal,
  ): Promise<string> {
    const token = identity?.userToken;
    const value = typeof auth === "function"
      ? await this.#callAuth(auth, {
        uri: url.href,
        attempt: failure ? this.failures : 0,
        reason: failure?.reason,
        signal,
      })
      : token && token !== this.#refused
      ? token
      : auth;
    secrets.add(value);
    return value;
  }

  /**
   * Read the answer to a login.
   *
   * @param value The credential that was presented.
   * @returns The account, if the server reports one.
   */
  account(
    response: ResponseMessage,
    { auth, secrets }: Settings,
    value: string,
  ): ConnectResult | undefined {
    if (!didFail(response)) {
      const account = response.body as ConnectResult | undefined;
      return account && shownAccount(account, secrets);
    }
    const words = failureText(response);
    const refusal = new AuthenticationException(words, {
      dapResult: response,
      hint: value
        ? "Check the credential; it is not tried again"
        : "Give the auth option or set ROCKETRIDE_APIKEY",
    });
    if (typeof auth === "function" || value === auth) throw refusal;
    this.#refused = value;
    // The server closes after a refusal: the key needs another connection.
    throw retryableError("connection-failed", words, { cause: refusal });
  }

  async #callAuth(
    auth: Exclude<Auth, string>,
    context: AuthContext,
  ): Promise<string> {
    let value: string;
    try {
      value = await abortable(Promise.resolve(auth(context)), context.signal);
    } catch (error) {
      this.#authError = error;
      throw error;
    }
    if (typeof value === "string") return value;
    throw new TypeError("Expected the auth function to return a string");
  }
}

/**
 * Wait for a connection; where there is none and the platform does not say why,
 * ask by HTTP.
 */
export async function withExplanation(
  dial: Promise<Connection>,
  signal: AbortSignal,
  clock: Clock,
): Promise<Connection> {
  try {
    return await dial;
  } catch (error) {
    // Offline, a page may not get the module.
    const loading = import("../transport/explain_failure.ts");
    const module = await abortable(loading, signal).catch(ignore);
    throw module ? await module.explainFailure(error, signal, clock) : error;
  }
}
