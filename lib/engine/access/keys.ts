import { ALL_PERMISSIONS, type Identity, type Permission } from "./identity.ts";

/** An API key of an embedded engine, and what it allows. */
export interface EngineKey {
  /** The key, as clients give it. */
  readonly key: string;
  /**
   * What the key allows; `org.admin` stands for everything.
   *
   * @default {["org.admin"]}
   */
  readonly permissions?: readonly (Permission | "org.admin")[] | undefined;
  /**
   * The user who has the key; part of the tokens of tasks started with it.
   * All users are in one team, so that they see each other's tasks.
   *
   * @default {the engine's `userId`}
   */
  readonly userId?: string | undefined;
}

/**
 * Read the option `auth`: who has which key.
 *
 * @throws {TypeError} A key is empty, looks like a task's, or comes twice.
 * @throws {RangeError} A key has a permission that there is not.
 */
export function readKeys(
  keys: readonly (string | EngineKey)[],
  userId: string,
): ReadonlyMap<string, Identity> {
  const identities = new Map<string, Identity>();
  for (const item of keys) {
    const record = typeof item === "string" ? { key: item } : item;
    // Logins are read without blanks around them, too.
    const key = String(record.key ?? "").trim();
    // No message names the key: it is a credential.
    if (key === "") throw new TypeError("Cannot use an empty API key");
    if (/^(tk|pk)_/.test(key)) {
      throw new TypeError('API keys cannot begin with "tk_" or "pk_"');
    }
    if (identities.has(key)) {
      throw new TypeError("Cannot use one API key twice");
    }
    identities.set(key, {
      userId: record.userId ?? userId,
      task: undefined,
      permissions: readPermissions(record.permissions),
    });
  }
  return identities;
}

function readPermissions(
  names: EngineKey["permissions"],
): ReadonlySet<Permission> {
  if (names === undefined) return new Set(ALL_PERMISSIONS);
  return new Set(names.flatMap((name) => {
    if (name === "org.admin") return ALL_PERMISSIONS;
    if (ALL_PERMISSIONS.includes(name)) return [name];
    throw new RangeError(`Cannot use unknown permission "${name}"`);
  }));
}
