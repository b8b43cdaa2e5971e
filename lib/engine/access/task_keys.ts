import {
  ALL_PERMISSIONS,
  type Identity,
  type Permission,
  rightsOver,
} from "./identity.ts";

/** What a key is for: a private one for all of a task, a public one for data. */
export type KeyKind = "tk" | "pk";

/** The keys that a task has of its own, and what the private one carries. */
export interface OwnKeys {
  /** The private key. */
  readonly token: string;
  /** The public key. */
  readonly publicToken: string;
  /** The user who started the task. */
  readonly userId: string;
  /** What the key that started the task may do. */
  readonly rights: ReadonlySet<Permission>;
}

/** A key that carries less than the task's own. */
interface LesserKey {
  /** The private key of its task. */
  readonly token: string;
  /** What it carries. */
  readonly rights: ReadonlySet<Permission>;
}

/** What a key of a task's own carries: never more than who started the task. */
export function ownRights(
  kind: KeyKind,
  { rights }: Pick<OwnKeys, "rights">,
): ReadonlySet<Permission> {
  return new Set(
    [...rights].filter((name) => kind === "tk" || name === "task.data"),
  );
}

/**
 * The keys that tasks are known by to those who may do less with them.
 *
 * Whoever has the key of a task may log in with it. So nobody is told a key
 * that carries more than they have themselves: they get another, which names
 * the same task and carries what both have.
 */
export class TaskKeys {
  readonly #newId: () => string;
  readonly #byKey: Map<string, LesserKey> = new Map();
  /** By the task's own key and by what they carry, so that each has one. */
  readonly #ofTasks: Map<string, Map<string, string>> = new Map();

  /** Begin with none; `newId` gives what nobody can guess. */
  constructor(newId: () => string) {
    this.#newId = newId;
  }

  /** The key that somebody may be told. */
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

  /** The task that such a key is for, and what it carries. */
  find(key: string): LesserKey | undefined {
    return this.#byKey.get(key);
  }

  /** Forget the keys of a task. */
  forget(token: string): void {
    for (const key of this.#ofTasks.get(token)?.values() ?? []) {
      this.#byKey.delete(key);
    }
    this.#ofTasks.delete(token);
  }
}
