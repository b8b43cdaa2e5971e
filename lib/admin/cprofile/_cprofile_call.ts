import { RocketRideException } from "../../errors.ts";
import { call, tokenOf } from "../../session/call.ts";
import type { CallOptions, Session, TaskRef } from "../../session/session.ts";
import { given } from "../_given.ts";

/** Options of the functions that profile. */
export interface CProfileCall extends CallOptions {
  readonly target?: TaskRef | undefined;
}

/**
 * Call one of the commands that profile (api §5.2).
 *
 * @throws {RocketRideException} The engine refused, be it in an answer that
 * calls itself a success.
 */
export async function cprofileCall(
  session: Session,
  command: string,
  args: Readonly<Record<string, unknown>>,
  options: CProfileCall,
): Promise<Readonly<Record<string, unknown>>> {
  const { target } = options;
  const body = await call(session, `rrext_cprofile_${command}`, {
    ...args,
    ...given({ target: target === undefined ? undefined : tokenOf(target) }),
  }, options);
  if (body.status !== "error") return body;
  const { message } = body;
  throw new RocketRideException(
    typeof message === "string" && message !== ""
      ? message
      : "Engine refused to profile without a message",
    { dapResult: body },
  );
}
