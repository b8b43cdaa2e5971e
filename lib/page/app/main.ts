/// <reference lib="dom" />
/**
 * Where the script begins: in the page, and again, with the same text, in the
 * worker that the page starts.
 */
if (typeof document !== "undefined") {
  await import("./page.tsx");
} else {
  const { sendEvents } = await import("./events_feed.ts");
  sendEvents(globalThis as unknown as Parameters<typeof sendEvents>[0]);
}
