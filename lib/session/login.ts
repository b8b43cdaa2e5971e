import type { ConnectResult } from "../../schema/account.ts";
import { didFail, type ResponseMessage } from "../../schema/envelope.ts";
import { abortable } from "../async.ts";
import { AuthenticationException, ConnectionException } from "../errors.ts";
import { failureText } from "../protocol/failure.ts";
import { shownAccount } from "../protocol/secrets.ts";
import { VERSION } from "../version.ts";
import type { Request, RequestOptions } from "./calls.ts";
import type { AuthContext, Settings } from "./options.ts";

/** What a login presents to the server. */
export interface Credential {
  readonly value: string;
  /** Whether the server issued it; otherwise it is the caller's. */
  readonly durable: boolean;
}

type Send = (
  request: Request,
  options: RequestOptions,
) => Promise<ResponseMessage>;

/**
 * The logins of a session: later ones present the durable token that the
 * server has issued for a key, and the key itself once that was refused.
 */
export class Login {
  #refused: string | undefined;
  #offline: unknown;

  /**
   * Get the credential, before a connection is opened for it.
   *
   * @param identity The account of the last login.
   */
  async credential(
    settings: Settings,
    identity: ConnectResult | undefined,
    context: Omit<AuthContext, "uri">,
  ): Promise<Credential> {
    const { auth, secrets } = settings;
    const token = identity?.userToken;
    const durable = typeof auth === "string" && !!token &&
      token !== this.#refused;
    const value = durable
      ? token
      : typeof auth === "string"
      ? auth
      : await this.#ask(auth, { uri: settings.url.href, ...context });
    secrets.add(value);
    return { value, durable };
  }

  /** Whether the caller's function failed as `fetch` does without a network. */
  wasOffline(error: unknown): boolean {
    return error instanceof TypeError && error === this.#offline;
  }

  /** Log in; returns the account, if the server reports one. */
  async run(
    settings: Settings,
    { value, durable }: Credential,
    signal: AbortSignal,
    send: Send,
  ): Promise<ConnectResult | undefined> {
    const response = await send({
      command: "auth",
      arguments: {
        auth: value,
        clientName: settings.module,
        clientVersion: VERSION,
      },
    }, { signal, timeout: Infinity });
    if (!didFail(response)) {
      const account = response.body as ConnectResult | undefined;
      return account && shownAccount(account, settings.secrets);
    }
    const words = failureText(response);
    const refusal = new AuthenticationException(words, {
      dapResult: response,
      hint: value
        ? "Check the credential; it is not tried again"
        : "Give the auth option or set ROCKETRIDE_APIKEY",
    });
    if (!durable) throw refusal;
    this.#refused = value;
    // The server closes after a refusal: the key needs another connection.
    throw new ConnectionException(words, {
      code: "connection-failed",
      retryable: true,
      cause: refusal,
    });
  }

  async #ask(
    auth: Exclude<Settings["auth"], string>,
    context: AuthContext,
  ): Promise<string> {
    let value: string;
    try {
      value = await abortable(Promise.resolve(auth(context)), context.signal);
    } catch (error) {
      this.#offline = error;
      throw error;
    }
    if (typeof value === "string") return value;
    throw new TypeError("Expected the auth function to return a string");
  }
}
