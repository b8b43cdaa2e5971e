/**
 * Read the JSON that a model replied, as LLM nodes do: what a
 * `<think>` block holds is dropped, and so are a code fence before and after.
 *
 * @returns The value, or `undefined` when the rest is not JSON.
 */
export function jsonReply(reply: string): { value: unknown } | undefined {
  const bare = withoutThoughts(reply)
    .trim()
    .replace(/^```[\w-]*/, "")
    .replace(/```$/, "");
  try {
    return { value: JSON.parse(bare) };
  } catch {
    // Not JSON: what follows from that is the caller's to say.
    return undefined;
  }
}

/** No pattern: it would look for the end of each of many that have none. */
function withoutThoughts(reply: string): string {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    const from = reply.indexOf("<think>", at);
    const to = from < 0 ? -1 : reply.indexOf("</think>", from);
    if (to < 0) return parts.join("") + reply.slice(at);
    parts.push(reply.slice(at, from));
    at = to + "</think>".length;
  }
}
