import type { ValidationIssue } from "../../../schema/pipeline.ts";

/** The engine's numbers for kinds of issues. */
export const CCODE: {
  /** A value or a connection is wrong. */
  readonly INVALID_PARAM: 40;
  /** The document does not have the right shape. */
  readonly INVALID_SCHEMA: 42;
  /** Something may be wrong. */
  readonly WARNING: 75;
} = Object.freeze({ INVALID_PARAM: 40, INVALID_SCHEMA: 42, WARNING: 75 });

/** An issue about the document or one of its components. */
export function issue(
  ccode: number,
  message: string,
  id?: string,
): ValidationIssue {
  return id === undefined ? { ccode, message } : { ccode, message, id };
}
