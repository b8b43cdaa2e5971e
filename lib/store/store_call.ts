import { didFail, type ResponseMessage } from "../../schema/envelope.ts";
import { RocketRideException } from "../errors.ts";
import type { FailureRow } from "../protocol/failure.ts";
import { refusal } from "../session/call.ts";
import { coreOf } from "../session/core.ts";
import type { CallOptions, Session } from "../session/session.ts";

const IN_USE = "Wait until it is closed";

/** Failure texts of the store. */
// deno-fmt-ignore -- a table, one row a line
export const STORE_FAILURES: readonly FailureRow[] = [
  [/^(?:File|Directory|Path) not found: |\bNOT_FOUND\b/, "file-not-found"],
  [/^(?:Path traversal not allowed|Invalid path): /, "invalid-path", "Paths lead down from the root of the store, with / between names"],
  [/^Access denied for scoped path\b/, "permission-denied", "The server keeps this folder for itself; logs are read with readLog()"],
  [/^Not a (?:file|directory): /, "file-not-readable"],
  [/^(?:Already|Destination already) exists: /, "file-exists", "Remove it first: a rename replaces nothing"],
  [/^Directory not empty: /, "folder-not-empty", "Set recursive to remove what is in it, too"],
  [/^(?:Open for writing|In use|File already open for writing|Cannot modify): /, "file-busy", IN_USE],
  [/^Cannot (?:rename|delete)\b.*\bopen for writing\b/s, "file-busy", IN_USE],
  [/\bCONFLICT\b/, "version-conflict", "It was saved by another client meanwhile: read it again"],
];

/** Call a command of the store, and return the body of its answer. */
export async function storeCall(
  session: Session,
  args: Readonly<Record<string, unknown>>,
  options: CallOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const request = { command: "rrext_store", arguments: args };
  const response = await coreOf(session).request(request, options);
  return succeeded(response).body ?? {};
}

/** The same response, unless it is a failure of the store. */
export function succeeded(response: ResponseMessage): ResponseMessage {
  if (!didFail(response)) return response;
  throw refusal(response, RocketRideException, undefined, STORE_FAILURES);
}
