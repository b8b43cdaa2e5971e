/**
 * Imported before the library: from here on until `_import_end.ts`, whatever
 * would do I/O, or makes what Workers do not allow at the top of a module, is
 * noted.
 *
 * @module
 */

type Maker = (...given: unknown[]) => unknown;

const NAMES = [
  "setTimeout",
  "setInterval",
  "queueMicrotask",
  "fetch",
  "WebSocket",
  "AbortController",
  "BroadcastChannel",
  "TransformStream",
  "ReadableStream",
] as const;

const scope = globalThis as unknown as Record<string, Maker | undefined>;
const originals = new Map<string, PropertyDescriptor>();

const used: string[] = [];

for (const name of NAMES) {
  const original = scope[name];
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
  if (!original || !descriptor?.configurable) continue;
  originals.set(name, descriptor);
  const note = (): void => void used.push(name);
  Object.defineProperty(globalThis, name, {
    configurable: true,
    writable: true,
    value: new Proxy(original, {
      apply(target, self, given): unknown {
        note();
        return Reflect.apply(target, self, given);
      },
      construct(target, given, newTarget): object {
        note();
        return Reflect.construct(target, given, newTarget);
      },
    }),
  });
}

/** Put everything back as it was, and tell what was used. */
export function restore(): readonly string[] {
  for (const [name, descriptor] of originals) {
    Object.defineProperty(globalThis, name, descriptor);
  }
  return [...used];
}
