import type { ConnectResult } from "../../schema/account.ts";
import { didFail } from "../../schema/envelope.ts";
import { abortable } from "../_abort.ts";
import { AuthenticationException } from "../errors.ts";
import { failureText } from "../protocol/failure.ts";
import { VERSION } from "../version.ts";
import type { SessionCore } from "./core.ts";

/**
 * Log in (protocol §4.1). The answer is the only proof of a refusal: the
 * server then closes with code 1000, as for any good end. A line that dies
 * before the answer says nothing about the credential.
 */
export async function authenticate(
  core: SessionCore,
  signal: AbortSignal,
): Promise<ConnectResult | undefined> {
  const { auth, module, url } = core.settings;
  const credential = typeof auth === "function"
    ? await abortable(
      Promise.resolve(auth({ uri: url.href, signal })),
      signal,
    )
    : auth;
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
