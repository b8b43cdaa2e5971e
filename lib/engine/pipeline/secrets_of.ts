import { ValidationException } from "../../errors.ts";
import { Secrets } from "../../protocol/secrets.ts";
import { unresolved } from "../../../schema/pipeline.ts";
import { messageOf } from "../run/failure.ts";

/** Members of a configuration that hold credentials by their names. */
const CREDENTIAL =
  /(?:(?:api|access)_?key|secret|passwd|password|token|authorization|credentials?)$/i;
/** Shorter values of such members are not secret, such as the name of a key. */
const MIN_CREDENTIAL = 8;
/** Deeper members of a configuration are not looked at. */
const MAX_DEPTH = 64;

/**
 * Make a function that replaces the values of variables in a text by their
 * placeholders: what is said about a pipeline must not show the values.
 *
 * @param pipeline The pipeline, placeholders unresolved; other variables
 * cannot be in what is said about it.
 */
export function withoutValues(
  pipeline: unknown,
  env: Readonly<Record<string, string>>,
): (text: string) => string {
  const used = unresolved(pipeline).filter((name) => Object.hasOwn(env, name))
    .map((name): Used => [`\${${name}}`, env[name] ?? ""])
    .filter(([, value]) => value !== "")
    // One may be a part of another.
    .sort(([, a], [, b]) => b.length - a.length);
  return (text) => hide(text, used);
}

type Used = readonly [placeholder: string, value: string];

/** What one value leaves is searched for the next, placeholders are not. */
function hide(text: string, [first, ...others]: readonly Used[]): string {
  if (!first) return text;
  const [placeholder, value] = first;
  return text.split(value).map((part) => hide(part, others)).join(placeholder);
}

/**
 * What a running pipeline must not show in its status, events and failures: the
 * values of its variables, and the credentials of its components.
 *
 * @param pipeline The pipeline, placeholders unresolved.
 * @param resolved The same with its placeholders replaced.
 */
export function secretsOf(
  pipeline: unknown,
  resolved: unknown,
  env: Readonly<Record<string, string>>,
): Secrets {
  const secrets = new Secrets();
  for (const name of unresolved(pipeline)) {
    if (Object.hasOwn(env, name)) secrets.add(env[name]);
  }
  addCredentials(resolved, secrets, 0);
  return secrets;
}

function addCredentials(value: unknown, secrets: Secrets, depth: number): void {
  if (depth > MAX_DEPTH || typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    const isCredential = !Array.isArray(value) && CREDENTIAL.test(name) &&
      typeof member === "string" && member.length >= MIN_CREDENTIAL;
    if (isCredential) secrets.add(member);
    else addCredentials(member, secrets, depth + 1);
  }
}

/**
 * Do something with a pipeline; failures do not show its variables.
 *
 * @param hide What {@linkcode withoutValues} made.
 * @throws {ValidationException} What `work` throws, if it showed a value.
 */
export function withHidden<T>(
  hide: (text: string) => string,
  work: () => T,
): T {
  try {
    return work();
  } catch (error) {
    const message = messageOf(error);
    if (hide(message) === message) throw error;
    throw new ValidationException(hide(message));
  }
}
