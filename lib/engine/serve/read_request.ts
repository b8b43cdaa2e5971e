import type { RequestMessage } from "../../../schema/envelope.ts";
import { isRecord } from "../../../schema/json.ts";
import { isName } from "../pipeline/component.ts";

/** The parts of a request that commands look at. */
export interface RequestParts {
  /** The arguments; `{}` when there are none. */
  readonly args: Readonly<Record<string, unknown>>;
  /** The task token, from the arguments or the envelope. */
  readonly token: string | undefined;
}

/**
 * Read a request tolerantly: arguments may be absent or null, and the token
 * may be in either place, the arguments' one first.
 */
export function readRequest(request: RequestMessage): RequestParts {
  const given: unknown = request.arguments;
  const args = isRecord(given) ? given : {};
  return { args, token: [args.token, request.token].find(isName) };
}
