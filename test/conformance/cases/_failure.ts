import { isDAPException } from "../../../mod.ts";
import type { JsonValue } from "../../../schema/mod.ts";

/** What something rejects with: the very thing that was thrown. */
export async function thrownBy(
  work: Promise<unknown> | (() => unknown),
): Promise<unknown> {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    return error;
  }
  return new Error("Nothing was thrown");
}

/**
 * How something fails, in words that are the same everywhere: the error's
 * name, and its code where it is one of ours.
 */
export async function failureOf(
  work: Promise<unknown> | (() => unknown),
): Promise<string> {
  return inShort(await thrownBy(work));
}

/** An error in words that are the same everywhere. */
export function inShort(error: unknown): string {
  if (isDAPException(error)) return `${error.name}: ${error.code}`;
  return error instanceof Error ? error.name : String(error);
}

/** How something ends: as it should, or as {@linkcode failureOf} says. */
export async function outcomeOf(work: Promise<unknown>): Promise<JsonValue> {
  try {
    await work;
    return "well";
  } catch (error) {
    return inShort(error);
  }
}
