/**
 * Tell whether two values are deeply equal.
 *
 * `NaN` equals itself and `0` equals `-0`. Maps and sets are equal whatever the
 * order of their entries; buffers and typed arrays by their elements; errors by
 * name, message, cause and own properties; everything else by its constructor
 * and its own enumerable properties. Cyclic values are fine. Where it is
 * unclear what the original does, this one is the stricter of the two.
 *
 * @param a One value.
 * @param b The other value.
 * @returns Whether they are equal.
 */
export function equal(a: unknown, b: unknown): boolean {
  return same(a, b, new Map());
}

/** Pairs that are being compared further up; a cycle leads back to one. */
type Seen = Map<object, object>;

function same(a: unknown, b: unknown, seen: Seen): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (prototypeOf(a) !== prototypeOf(b)) return false;
  if (seen.get(a) === b) return true;
  seen.set(a, b);
  return sameContent(a, b, seen) && sameProperties(a, b, seen);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** An object without a prototype counts as a plain one. */
function prototypeOf(value: object): unknown {
  return Object.getPrototypeOf(value) ?? Object.prototype;
}

/** Compare what does not show in properties. Both have the same prototype. */
function sameContent(a: object, b: object, seen: Seen): boolean {
  refuseWeak(a);
  if (a instanceof Date && b instanceof Date) {
    return same(a.getTime(), b.getTime(), seen);
  }
  if (a instanceof RegExp || a instanceof URL) return String(a) === String(b);
  if (a instanceof Error && b instanceof Error) {
    return a.name === b.name && a.message === b.message &&
      same(a.cause, b.cause, seen);
  }
  if (isBoxed(a)) return same(a.valueOf(), b.valueOf(), seen);
  if (isBuffer(a) && isBuffer(b)) return sameBytes(bytesOf(a), bytesOf(b));
  if (a instanceof DataView && b instanceof DataView) {
    return sameBytes(bytesOf(a), bytesOf(b));
  }
  if (a instanceof Set && b instanceof Set) return sameSet(a, b, seen);
  if (a instanceof Map && b instanceof Map) return sameMap(a, b, seen);
  return !Array.isArray(a) || !Array.isArray(b) || a.length === b.length;
}

function refuseWeak(value: object): void {
  if (value instanceof WeakMap || value instanceof WeakSet) {
    throw new TypeError("Cannot compare weak collections");
  }
}

function isBoxed(value: object): boolean {
  return value instanceof Number || value instanceof String ||
    value instanceof Boolean;
}

function isBuffer(value: object): value is ArrayBufferLike {
  return value instanceof ArrayBuffer ||
    typeof SharedArrayBuffer !== "undefined" &&
      value instanceof SharedArrayBuffer;
}

function bytesOf(value: ArrayBufferLike | DataView): Uint8Array {
  return value instanceof DataView
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function sameSet(
  a: ReadonlySet<unknown>,
  b: ReadonlySet<unknown>,
  seen: Seen,
): boolean {
  if (a.size !== b.size) return false;
  for (const item of a) if (!isObject(item) && !b.has(item)) return false;
  return pairUp(
    [...a].filter(isObject),
    [...b].filter(isObject),
    (x, y) => equalApart(x, y, seen),
  );
}

function sameMap(
  a: ReadonlyMap<unknown, unknown>,
  b: ReadonlyMap<unknown, unknown>,
  seen: Seen,
): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    if (isObject(key)) continue;
    if (!b.has(key) || !same(value, b.get(key), seen)) return false;
  }
  return pairUp(
    [...a].filter(([key]) => isObject(key)),
    [...b].filter(([key]) => isObject(key)),
    ([k, v], [l, w]) => equalApart(k, l, seen) && equalApart(v, w, seen),
  );
}

/** Compare on a copy of `seen`: a refuted guess must leave no trace in it. */
function equalApart(a: unknown, b: unknown, seen: Seen): boolean {
  return same(a, b, new Map(seen));
}

/** Find each member of `left` a partner of its own in `right`. */
function pairUp<T>(
  left: readonly T[],
  right: readonly T[],
  matches: (a: T, b: T) => boolean,
): boolean {
  const free = [...right];
  return left.every((item) => {
    const at = free.findIndex((other) => matches(item, other));
    if (at >= 0) free.splice(at, 1);
    return at >= 0;
  });
}

function sameProperties(a: object, b: object, seen: Seen): boolean {
  if (ArrayBuffer.isView(a) && !(a instanceof DataView)) {
    return sameElements(a, b as ArrayBufferView);
  }
  const keys = ownKeys(a);
  if (keys.length !== ownKeys(b).length) return false;
  return keys.every((key) =>
    Object.hasOwn(b, key) &&
    same(Reflect.get(a, key), Reflect.get(b, key), seen)
  );
}

/** Typed arrays, without a list of keys as long as the array. */
function sameElements(a: ArrayBufferView, b: ArrayBufferView): boolean {
  const left = a as unknown as ArrayLike<number | bigint>;
  const right = b as unknown as ArrayLike<number | bigint>;
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at++) {
    if (left[at] !== right[at] && !Object.is(left[at], right[at])) return false;
  }
  return true;
}

function ownKeys(value: object): PropertyKey[] {
  return Reflect.ownKeys(value).filter((key) =>
    Object.prototype.propertyIsEnumerable.call(value, key)
  );
}
