import { isDAPException } from "../errors.ts";
import { coreOf, type SessionCore } from "../session/core.ts";
import type { Session } from "../session/session.ts";

/**
 * The lines whose engines have shown that they have no documents, but files
 * alone; another line may lead to another engine.
 */
const withoutDocuments = new WeakMap<SessionCore, number>();

/**
 * Do something the way that the engine can: with the document commands of 1.0
 * in one request, else with files, as on 1.1 (api §4). Engines of 1.1 are sure
 * to refuse the former, while nobody knows what those of 1.0 say to the
 * latter; so documents come first, and a refusal is remembered for the line.
 */
export async function byGeneration<T>(
  session: Session,
  documents: () => Promise<T>,
  files: () => Promise<T>,
): Promise<T> {
  const core = coreOf(session);
  if (withoutDocuments.get(core) !== (core.line ?? NaN)) {
    try {
      return await documents();
    } catch (error) {
      if (!isDAPException(error, "unknown-command")) throw error;
      if (core.line !== undefined) withoutDocuments.set(core, core.line);
    }
  }
  return await files();
}
