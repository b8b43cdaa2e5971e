import type { PipelineResult } from "@rocketride/streams/schema";

/** How much of a value is shown. */
const SHOWN_CHARACTERS = 300;

/** A result in a few lines: every field, long ones shortened. */
export function summarize(result: PipelineResult): string {
  return Object.entries(result).map(([field, value]) => {
    const count = Array.isArray(value) ? ` (${value.length})` : "";
    const text = JSON.stringify(Array.isArray(value) ? value[0] : value);
    return `  ${field}${count}: ${shortened(text ?? "")}`;
  }).join("\n");
}

function shortened(text: string): string {
  return text.length <= SHOWN_CHARACTERS
    ? text
    : `${text.slice(0, SHOWN_CHARACTERS)}… (${text.length} characters)`;
}
