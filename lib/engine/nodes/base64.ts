/** A multiple of three, so that the parts join without padding between. */
const PART_BYTES = 24_576;

/** Write bytes in base64, with padding. */
export function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += PART_BYTES) {
    const part = bytes.subarray(at, at + PART_BYTES);
    parts.push(btoa(String.fromCharCode(...part)));
  }
  return parts.join("");
}
