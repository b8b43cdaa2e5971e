/**
 * What is told of an error: its stack, and the message where a runtime leaves
 * that out of the stack.
 */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.stack?.includes(error.message)
    ? error.stack
    : `${error.name}: ${error.message}\n${error.stack ?? ""}`;
}
