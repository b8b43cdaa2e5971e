import { isRecord } from "../../../../schema/json.ts";

const SHORT = 400;
const BEGINNING = 120;
const MOST_MEMBERS = 20;

/**
 * Say what a value is made of, for a prompt: small ones as they are, of large
 * ones the structure.
 */
export function outline(value: unknown): string {
  const text = JSON.stringify(value) ?? "null";
  return text.length <= SHORT ? text : structure(value, 3);
}

function structure(value: unknown, depth: number): string {
  if (Array.isArray(value)) {
    const first = depth > 0 && value.length > 0
      ? `, each like ${structure(value[0], depth - 1)}`
      : "";
    return `list of ${value.length}${first}`;
  }
  if (isRecord(value)) {
    const names = Object.keys(value);
    if (depth === 0) return `object of ${names.length}`;
    const shown = names.slice(0, MOST_MEMBERS).map((name) =>
      `${name}: ${structure(value[name], depth - 1)}`
    );
    const more = names.length - shown.length;
    return `{ ${
      [...shown, ...(more > 0 ? [`${more} more`] : [])].join("; ")
    } }`;
  }
  if (typeof value !== "string" || value.length <= BEGINNING) {
    return JSON.stringify(value) ?? "null";
  }
  const beginning = value.slice(0, BEGINNING).toWellFormed();
  return `text of ${value.length} that begins ${JSON.stringify(beginning)}`;
}
