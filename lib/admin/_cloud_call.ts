import { isDAPException, RocketRideException } from "../errors.ts";
import { call } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";

/**
 * Call one of the commands that only RocketRide's cloud has (api §5.5, §5.6).
 *
 * @throws {RocketRideException} The engine refused; `not-supported` where it
 * does not manage accounts or has never heard of such a command.
 */
export async function cloudCall(
  session: Session,
  command: string,
  subcommand: string,
  args: Readonly<Record<string, unknown>>,
  options: CallOptions,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await call(session, command, { subcommand, ...args }, options);
  } catch (error) {
    if (!isDAPException(error, "unknown-command")) throw error;
    throw new RocketRideException(error.message, {
      code: "not-supported",
      hint: "Only RocketRide's cloud has this command",
      dapResult: error.dapResult,
      cause: error,
    });
  }
}
