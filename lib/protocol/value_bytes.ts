/** What a value costs besides its characters. */
const OVERHEAD_BYTES = 16;

/**
 * About how many bytes of memory a JSON value holds, its binary members
 * included: enough to keep a queue within a limit.
 *
 * @param value Anything that came from a server, or goes to one.
 * @param most Where counting stops, so that it costs no more than it must.
 */
export function valueBytes(value: unknown, most: number): number {
  let bytes = 0;
  const left: unknown[] = [value];
  while (left.length > 0 && bytes < most) {
    const next = left.pop();
    bytes += OVERHEAD_BYTES;
    if (typeof next === "string") bytes += next.length;
    else if (ArrayBuffer.isView(next)) bytes += next.byteLength;
    else if (typeof next === "object" && next !== null) {
      for (const [name, member] of Object.entries(next)) {
        bytes += name.length;
        left.push(member);
      }
    }
  }
  return bytes;
}
