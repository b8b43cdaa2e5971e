import { ValidationException } from "../../errors.ts";
import { Secrets } from "../../protocol/secrets.ts";
import { unresolved } from "../../protocol/substitute.ts";
import { messageOf } from "../run/failure.ts";

/** Members of a configuration that hold credentials by their names. */
const CREDENTIAL =
  /(?:(?:api|access)_?key|secret|passwd|password|token|authorization|credentials?)$/i;
/** Shorter values of such members are not secret, such as the name of a key. */
const MIN_CREDENTIAL = 8;
/** Deeper members of a configuration are not looked at. */
const MAX_DEPTH = 64;

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

/**
 * What a running pipeline must not show in its status, its events and its
 * failures: the values of its variables, and the credentials that its
 * components are configured with.
 *
 * @param pipeline The pipeline, placeholders unresolved.
 * @param resolved The same with its placeholders replaced.
 * @param env The variables.
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
 * Do something with a pipeline; what is thrown does not show its variables.
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
