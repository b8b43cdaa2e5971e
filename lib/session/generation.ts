import { type ErrorCode, isDAPException } from "../errors.ts";
import { coreOf, type SessionCore } from "./core.ts";
import type { Session } from "./session.ts";

/** Does something in one of two ways. */
export type ByGeneration = <T>(
  session: Session,
  first: () => Promise<T>,
  second: () => Promise<T>,
) => Promise<T>;

/**
 * Choose between two ways by what the server answers to the first one. The
 * choice counts for the connection: another one may lead to another server.
 *
 * @param codes The codes of failures that mean that the server does not have
 * the first way.
 */
export function byGeneration(
  ...codes: readonly ErrorCode[]
): ByGeneration {
  const without = new WeakMap<SessionCore, number>();
  return async (session, first, second) => {
    const core = coreOf(session);
    if (without.get(core) !== (core.connectionId ?? NaN)) {
      try {
        return await first();
      } catch (error) {
        if (!codes.some((code) => isDAPException(error, code))) throw error;
        if (core.connectionId !== undefined) {
          without.set(core, core.connectionId);
        }
      }
    }
    return await second();
  };
}
