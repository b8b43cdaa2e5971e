import type { JsonValue } from "../../../../schema/json.ts";

/** Values under keys, for one agent at work on one object. */
export class Memory {
  readonly #values: Map<string, JsonValue> = new Map();

  /** Keep a copy of a value, as JSON has it. */
  put(key: string, value: unknown): { ok: true; key: string } {
    this.#values.set(key, plain(value));
    return { ok: true, key };
  }

  /** A copy of a value; `ok` is false, and the value null, where none is. */
  get(key: string): { ok: boolean; key: string; value: JsonValue } {
    const value = this.#values.get(key);
    return {
      ok: value !== undefined,
      key,
      value: structuredClone(value ?? null),
    };
  }

  /** The keys, sorted. */
  list(): { ok: true; keys: string[] } {
    return { ok: true, keys: [...this.#values.keys()].sort() };
  }

  /** Forget everything; tells how many values there were. */
  clear(): { ok: true; cleared: number } {
    const cleared = this.#values.size;
    this.#values.clear();
    return { ok: true, cleared };
  }
}

/** What has no JSON, such as `undefined`, is kept as null. */
function plain(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value) ?? "null");
}
