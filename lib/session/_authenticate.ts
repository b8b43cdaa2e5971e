import type { ConnectResult } from "../../schema/account.ts";
import { didFail } from "../../schema/envelope.ts";
import { abortable } from "../_abort.ts";
import { AuthenticationException, ConnectionException } from "../errors.ts";
import { failureText } from "../protocol/failure.ts";
import { VERSION } from "../version.ts";
import type { SessionCore } from "./core.ts";

/**
 * Log in (protocol §4.1). The answer is the only proof of a refusal: the
 * server then closes with code 1000, as for any good end. A line that dies
 * before the answer says nothing about the credential.
 */
async function authenticate(
  core: SessionCore,
  signal: AbortSignal,
  given?: string,
): Promise<ConnectResult | undefined> {
  const { auth, module, url } = core.settings;
  const credential = given ?? (typeof auth === "function"
    ? await abortable(
      Promise.resolve(auth({ uri: url.href, signal })),
      signal,
    )
    : auth);
  const response = await core.request({
    command: "auth",
    arguments: {
      auth: credential,
      clientName: module,
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
  return response.body as ConnectResult | undefined;
}

/**
 * Logging in, again and again: after the first time with the durable token
 * that engines give for a key, and with the key itself once that was refused
 * (design D14).
 */
export class Login {
  #refused: string | undefined;

  async run(
    core: SessionCore,
    signal: AbortSignal,
  ): Promise<ConnectResult | undefined> {
    const token = core.identity?.userToken;
    const usable = token && token !== this.#refused;
    if (!usable || typeof core.settings.auth !== "string") {
      return await authenticate(core, signal);
    }
    try {
      return await authenticate(core, signal, token);
    } catch (error) {
      if (!(error instanceof AuthenticationException)) throw error;
      this.#refused = token;
      // Engines hang up after a refusal, so the key needs a line of its own.
      throw new ConnectionException(error.message, {
        code: "connection-failed",
        retryable: true,
        cause: error,
      });
    }
  }
}
