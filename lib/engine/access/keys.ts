import {
  ALL_PERMISSIONS,
  type Identity,
  type Permission,
  rightsOver,
} from "./permissions.ts";

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
 * Read the option `auth`: the identity of each key.
 *
 * @throws {TypeError} A key is empty, looks like a task's, or is given twice.
 * @throws {RangeError} A permission is unknown.
 */
export function readKeys(
  keys: readonly (string | EngineKey)[],
  userId: string,
): ReadonlyMap<string, Identity> {
  const identities = new Map<string, Identity>();
  for (const item of keys) {
    const record = typeof item === "string" ? { key: item } : item;
    // A login ignores white space around its credential.
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

/** A private key is for all of a task, a public one for its data. */
export type KeyKind = "tk" | "pk";

/** A key, by the private key of its task, and what it carries. */
interface TaskKey {
  readonly token: string;
  readonly rights: ReadonlySet<Permission>;
}

/** A task's own keys; `rights` are those of the key that started it. */
export interface OwnKeys extends TaskKey {
  readonly publicToken: string;
  readonly userId: string;
}

/** What a task's own key carries: never more than who started the task. */
export function ownRights(
  kind: KeyKind,
  { rights }: Pick<OwnKeys, "rights">,
): ReadonlySet<Permission> {
  return new Set(
    [...rights].filter((name) => kind === "tk" || name === "task.data"),
  );
}

/**
 * The lesser keys of an engine's tasks.
 *
 * The key of a task is a credential. So a response never has a key that carries
 * more than the caller may do: the caller gets another, which names the same
 * task and carries what both have.
 */
export class TaskKeys {
  readonly #newId: () => string;
  readonly #byKey: Map<string, TaskKey> = new Map();
  /** By the task's own key and by what they carry, so that each has one. */
  readonly #ofTasks: Map<string, Map<string, string>> = new Map();

  /** Begin with none; `newId` gives what cannot be guessed. */
  constructor(newId: () => string) {
    this.#newId = newId;
  }

  /** The key of a task that an identity may receive. */
  keyFor(kind: KeyKind, own: OwnKeys, identity: Identity): string {
    const all = ownRights(kind, own);
    const mine = rightsOver(identity, own.userId);
    const rights = ALL_PERMISSIONS.filter((it) => all.has(it) && mine.has(it));
    if (rights.length === all.size) {
      return kind === "tk" ? own.token : own.publicToken;
    }
    const keys = this.#ofTasks.get(own.token) ?? new Map<string, string>();
    this.#ofTasks.set(own.token, keys);
    const name = [kind, ...rights].join();
    const key = keys.get(name) ?? `${kind}_${this.#newId()}`;
    keys.set(name, key);
    this.#byKey.set(key, { token: own.token, rights: new Set(rights) });
    return key;
  }

  /** The task that a lesser key is for, and what it carries. */
  find(key: string): TaskKey | undefined {
    return this.#byKey.get(key);
  }

  forget(token: string): void {
    for (const key of this.#ofTasks.get(token)?.values() ?? []) {
      this.#byKey.delete(key);
    }
    this.#ofTasks.delete(token);
  }
}

const HIDDEN = "(hidden: needs the permission task.data)";

/**
 * A status without the public key of its task: its notes say how to send data,
 * which not every reader of the status may do.
 */
export function withoutKey<T extends { readonly notes?: unknown }>(
  status: T,
  publicToken: string,
): T {
  return { ...status, notes: hidden(status.notes, publicToken) };
}

function hidden(value: unknown, key: string): unknown {
  if (typeof value === "string") return value.replaceAll(key, HIDDEN);
  if (Array.isArray(value)) return value.map((item) => hidden(item, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, hidden(item, key)]),
  );
}
