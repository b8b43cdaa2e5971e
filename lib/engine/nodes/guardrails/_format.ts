/** The formats that an answer can be checked for. */
export const FORMATS = [
  "",
  "json",
  "markdown",
  "bullet_list",
  "numbered_list",
] as const;

/** One of {@linkcode FORMATS}; empty for any. */
export type Format = (typeof FORMATS)[number];

const MARKDOWN: readonly RegExp[] = [
  /^#{1,6} /m,
  /^[ \t]*(?:[-*+]|\d+\.) /m,
  /^[ \t]*>/m,
  /```/,
  /`[^`\n]+`/,
  /\*\*[^*\n]+\*\*/,
  /\[[^[\]\n]+\]\(\S/,
];

/** Say how an answer is not in a format; `undefined` when it is. */
export function formatFault(text: string, format: Format): string | undefined {
  switch (format) {
    case "":
      return undefined;
    case "json":
      return isJson(text) ? undefined : "is not JSON";
    case "markdown":
      return isMarkdown(text) ? undefined : "has no Markdown in it";
    case "bullet_list":
      return isList(text, /^\s*[-*+•] /) ? undefined : "is no bullet list";
    case "numbered_list":
      return isList(text, /^\s*\d+[.)] /) ? undefined : "is no numbered list";
  }
}

function isMarkdown(text: string): boolean {
  return MARKDOWN.some((sign) => sign.test(text)) ||
    text.split("\n").some((line) => {
      const row = line.trimEnd();
      return row.length > 1 && row.startsWith("|") && row.endsWith("|");
    });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Why does not matter.
    return false;
  }
}

/** Half of the lines are enough: an answer may say more around a list. */
function isList(text: string, item: RegExp): boolean {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const items = lines.filter((line) => item.test(line));
  return items.length > 0 && items.length * 2 >= lines.length;
}
