/**
 * Extract the Python code of a model's answer.
 *
 * Takes the first block that is fenced as `python` or `py`; `<think>` blocks
 * do not count. The official clients know `python` alone and return several
 * blocks with the fences between them (api §1.3).
 *
 * @param text The answer of a model.
 * @returns The code without its fences; the text itself when it has no block.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parsePython } from "@rocketride/streams/schema";
 *
 * const fence = "`".repeat(3);
 * const text = `Run:\n${fence}python\nprint(1)\n${fence}\n`;
 * assertEquals(parsePython(text), "print(1)\n");
 * assertEquals(parsePython("print(2)"), "print(2)");
 * ```
 */
export function parsePython(text: string): string {
  const spoken = text.replace(/<think>[\s\S]*?<\/think>/g, "");
  const open = /```py(?:thon)?[ \t]*\r?\n?/i.exec(spoken);
  if (!open) return text;
  const code = spoken.slice(open.index + open[0].length);
  const end = /^[ \t]*```/m.exec(code)?.index ?? code.indexOf("```");
  return end < 0 ? code : code.slice(0, end);
}
