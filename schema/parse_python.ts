const THOUGHT_END = "</think>";
const MARK = /<\/?think>|```[Pp]y(?:thon3?)?(?![\w-])[^\S\n]*\n?/g;

/**
 * Extract the Python code of a model's answer.
 *
 * Takes the first block that is fenced as `python` or `py`; what stands in
 * `<think>` blocks does not count. The official clients know `python` alone
 * and return several blocks with the fences between them.
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
  const mark = new RegExp(MARK);
  const lineFence = /^[ \t]*```/gm;
  /** The next fence on a line of its own, found once. */
  let fence = -1;

  /** Where a block ends: at a fence on a line of its own, else at any. */
  function blockEnd(start: number): number {
    if (fence < start) {
      lineFence.lastIndex = start;
      fence = lineFence.exec(text)?.index ?? Infinity;
    }
    const end = fence < Infinity ? fence : text.indexOf("```", start);
    return end < 0 ? text.length : end;
  }

  let code: string | undefined;
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    const start = mark.lastIndex;
    if (found[0] === THOUGHT_END) {
      // Some servers swallow the opening tag: all so far was a thought.
      code = undefined;
    } else if (found[0] === "<think>") {
      const end = text.indexOf(THOUGHT_END, start);
      if (end < 0) break;
      mark.lastIndex = end + THOUGHT_END.length;
    } else {
      mark.lastIndex = blockEnd(start);
      code ??= text.slice(start, mark.lastIndex);
    }
  }
  return code ?? text;
}
