/// <reference lib="dom" />
/**
 * Where the script begins: in the page, and again, with the same text, in the
 * worker that the page starts.
 */
crypto.randomUUID ??= randomUUID;
if (typeof document !== "undefined") {
  await import("./page.tsx");
} else {
  const { sendEvents } = await import("./events_feed.ts");
  sendEvents(globalThis as unknown as Parameters<typeof sendEvents>[0]);
}

/** Browsers have it for pages alone that came encrypted or from this machine. */
function randomUUID(): ReturnType<Crypto["randomUUID"]> {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = bytes[6]! & 0x0f | 0x40;
  bytes[8] = bytes[8]! & 0x3f | 0x80;
  const hex = Array.from(bytes, (it) => it.toString(16).padStart(2, "0"));
  const at = (from: number, to: number): string => hex.slice(from, to).join("");
  return `${at(0, 4)}-${at(4, 6)}-${at(6, 8)}-${at(8, 10)}-${at(10, 16)}`;
}
