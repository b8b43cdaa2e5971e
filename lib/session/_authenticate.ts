import type { ConnectResult } from "../../schema/account.ts";
import { didFail } from "../../schema/envelope.ts";
import { abortable } from "../_abort.ts";
import { AuthenticationException, ConnectionException } from "../errors.ts";
import { failureText } from "../protocol/failure.ts";
import { VERSION } from "../version.ts";
import type { AuthContext } from "./connect_options.ts";
import type { SessionCore } from "./core.ts";
import { shownAccount } from "./_shown.ts";

/** What a login shows to the engine. */
export interface Credential {
  readonly value: string;
  /** Whether the engine gave it; otherwise it is the user's. */
  readonly durable: boolean;
}

/**
 * Logging in, again and again: after the first time with the durable token
 * that engines give for a key, and with the key itself once that was refused
 * (design D14).
 */
export class Login {
  #refused: string | undefined;
  readonly #offline: WeakSet<object> = new WeakSet();

  /** What to log in with; asked for before a line is dialled for it. */
  async credential(
    core: SessionCore,
    occasion: Omit<AuthContext, "uri">,
  ): Promise<Credential> {
    const found = await this.#find(core, occasion);
    core.settings.secrets.add(found.value);
    return found;
  }

  async #find(
    { identity, settings }: SessionCore,
    occasion: Omit<AuthContext, "uri">,
  ): Promise<Credential> {
    const { auth, url } = settings;
    if (typeof auth === "string") {
      const token = identity?.userToken;
      return token && token !== this.#refused
        ? { value: token, durable: true }
        : { value: auth, durable: false };
    }
    let value: string;
    try {
      value = await abortable(
        Promise.resolve(auth({ uri: url.href, ...occasion })),
        occasion.signal,
      );
    } catch (error) {
      if (error instanceof TypeError) this.#offline.add(error);
      throw error;
    }
    if (typeof value === "string") return { value, durable: false };
    throw new TypeError("Expected the auth function to return a string");
  }

  /** Whether the user's function failed as `fetch` does without a network. */
  wasOffline(error: unknown): boolean {
    return error instanceof TypeError && this.#offline.has(error);
  }

  async run(
    core: SessionCore,
    { value, durable }: Credential,
    signal: AbortSignal,
  ): Promise<ConnectResult | undefined> {
    try {
      return await authenticate(core, value, signal);
    } catch (error) {
      if (!durable || !(error instanceof AuthenticationException)) throw error;
      this.#refused = value;
      // Engines hang up after a refusal, so the key needs a line of its own.
      throw new ConnectionException(error.message, {
        code: "connection-failed",
        retryable: true,
        cause: error,
      });
    }
  }
}

/**
 * Log in (protocol §4.1). The answer is the only proof of a refusal: the
 * server then closes with code 1000, as for any good end. A line that dies
 * before the answer says nothing about the credential.
 */
async function authenticate(
  core: SessionCore,
  credential: string,
  signal: AbortSignal,
): Promise<ConnectResult | undefined> {
  const response = await core.request({
    command: "auth",
    arguments: {
      auth: credential,
      clientName: core.settings.module,
      clientVersion: VERSION,
    },
  }, { signal, timeout: Infinity });
  if (didFail(response)) {
    throw new AuthenticationException(failureText(response), {
      dapResult: response,
      hint: credential
        ? "Check the credential; it is not tried again"
        : "Give the auth option or set ROCKETRIDE_APIKEY",
    });
  }
  const account = response.body as ConnectResult | undefined;
  return account && shownAccount(account, core.settings.secrets);
}
