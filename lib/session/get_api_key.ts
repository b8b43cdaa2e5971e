import { coreOf } from "./core.ts";
import type { Session } from "./session.ts";

/**
 * Return the credential in use. For debugging; keep it out of logs.
 *
 * @param session A session from {@linkcode connect}.
 * @returns The credential, or `undefined` when there is none or a function
 * provides it.
 */
export function getApiKey(session: Session): string | undefined {
  const { auth } = coreOf(session).settings;
  return typeof auth === "string" && auth !== "" ? auth : undefined;
}
