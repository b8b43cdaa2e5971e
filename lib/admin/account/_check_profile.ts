import type { ProfileUpdate } from "../../../schema/profile.ts";

/** What members with a form of their own look like; empty ones stay as is. */
const FORMS: Readonly<Record<string, RegExp>> = {
  email: /^[^\s@]+@[^\s@]+$/,
  phoneNumber: /^\+[1-9]\d{1,14}$/,
  locale: /^[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*$/,
};

/**
 * Check the changes to a profile.
 *
 * @throws {TypeError} There are none, or a member is no text.
 * @throws {RangeError} A member has another form than it needs.
 */
export function checkProfile(fields: ProfileUpdate): Record<string, string> {
  const entries: [string, unknown][] = Object.entries(fields ?? {})
    .filter(([, value]) => value !== undefined);
  const changes = entries.map(([name, value]): [string, string] => {
    if (typeof value !== "string") {
      throw new TypeError(`Expected ${name} as text`);
    }
    const form = FORMS[name];
    if (value === "" || !form || form.test(value)) return [name, value];
    throw new RangeError(`Cannot use ${name} "${value}": it has another form`);
  });
  if (changes.length === 0) throw new TypeError("Expected something to change");
  return Object.fromEntries(changes);
}
