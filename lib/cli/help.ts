/** Lines with examples, for the end of a help text. */
export function examples(
  lines: readonly (readonly [command: string, what: string])[],
): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  return "\nExamples:\n" +
    lines.map(([command, what]) => `  ${command.padEnd(width)}  ${what}\n`)
      .join("");
}
