import { unresolved } from "../../protocol/substitute.ts";

/**
 * Make what takes the values of variables out of a text again, and puts the
 * placeholders there that they were put in for: what is said about a pipeline
 * must tell nobody what an engine's variables hold.
 *
 * @param pipeline The pipeline, placeholders unresolved; other variables
 * cannot be in what is said about it.
 * @param env The variables.
 */
export function withoutValues(
  pipeline: unknown,
  env: Readonly<Record<string, string>>,
): (text: string) => string {
  const used = unresolved(pipeline).filter((name) => Object.hasOwn(env, name))
    .map((name) => ({ placeholder: `\${${name}}`, value: env[name] ?? "" }))
    .filter(({ value }) => value !== "")
    // One may be a part of another.
    .sort((a, b) => b.value.length - a.value.length);
  return (text) => hide(text, used);
}

interface Used {
  readonly placeholder: string;
  readonly value: string;
}

/** What one value leaves is looked into for the next, placeholders are not. */
function hide(text: string, [first, ...others]: readonly Used[]): string {
  if (!first) return text;
  return text.split(first.value).map((part) => hide(part, others))
    .join(first.placeholder);
}
