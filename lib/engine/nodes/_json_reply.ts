/**
 * Read the JSON that a model replied, as LLM nodes do (engine §4.7): what a
 * `<think>` block holds is dropped, and so are a code fence before and after.
 *
 * @returns The value, or `undefined` when the rest is not JSON.
 */
export function jsonReply(reply: string): { value: unknown } | undefined {
  const bare = reply
    .replace(/<think>[^]*?<\/think>/g, "")
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
