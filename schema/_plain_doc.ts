import { isSet } from "./_read_members.ts";
import type { Doc } from "./doc.ts";

/** A document as engines take it: without members that are not set. */
export function plainDoc({ metadata, ...rest }: Doc): Record<string, unknown> {
  return {
    ...omitUnset(rest),
    ...(metadata && { metadata: omitUnset(metadata) }),
  };
}

/** A copy of a record without members that JSON would write as `null`. */
export function omitUnset(
  record: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => isSet(value)),
  );
}
