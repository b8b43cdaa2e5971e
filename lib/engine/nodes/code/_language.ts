import type { ObjectInfo } from "../../node.ts";

/** The languages that the node knows. */
export const LANGUAGES = [
  "c",
  "cpp",
  "python",
  "javascript",
  "typescript",
] as const;

/** One of {@linkcode LANGUAGES}. */
export type Language = (typeof LANGUAGES)[number];

const EXTENSIONS: Readonly<Record<Language, string>> = {
  c: "c h",
  cpp: "cc cpp cxx c++ hh hpp hxx ipp",
  python: "py pyi pyw",
  javascript: "js mjs cjs jsx",
  typescript: "ts mts cts tsx",
};

/**
 * Tell the language of an object by the extension of its name, else by its
 * media type.
 *
 * @returns `undefined` where neither tells one that the node knows.
 */
export function languageOf(
  { name, mimeType }: Pick<ObjectInfo, "name" | "mimeType">,
): Language | undefined {
  const extension = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  const named = LANGUAGES.find((language) =>
    EXTENSIONS[language].split(" ").includes(extension)
  );
  if (named) return named;
  const [, subtype = ""] = /^\w+\/(?:x-)?([\w+]+?)(?:src)?\s*(?:;|$)/
    .exec(mimeType.toLowerCase()) ?? [];
  const spoken = subtype === "c++" ? "cpp" : subtype;
  return LANGUAGES.find((language) => language === spoken);
}
