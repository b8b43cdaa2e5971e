import { RocketRideException } from "../../errors.ts";

/** Something that a connection may be allowed to do. */
export type Permission =
  | "task.control"
  | "task.data"
  | "task.monitor"
  | "task.debug"
  | "task.store";

/** Who a connection is, once it has authenticated. */
export interface Identity {
  /** The user. */
  readonly userId: string;
  /** The only task that it may see: that of the key it came with. */
  readonly task: string | undefined;
  /** What it may do. */
  readonly permissions: ReadonlySet<Permission>;
}

/** Everything that a task key or an API key allows. */
export const ALL_PERMISSIONS: readonly Permission[] = Object.freeze(
  [
    "task.control",
    "task.data",
    "task.monitor",
    "task.debug",
    "task.store",
  ] as const,
);

/** Tell whether an identity may do something with the task of a token. */
export function isAllowed(
  identity: Identity,
  permission: Permission,
  token: string,
): boolean {
  return identity.permissions.has(permission) &&
    (identity.task === undefined || identity.task === token);
}

/**
 * What an identity may do with what a user has started: all that it may do,
 * except that the files of a user are for that user alone.
 */
export function rightsOver(
  { permissions, userId }: Identity,
  owner: string,
): ReadonlySet<Permission> {
  if (userId === owner) return permissions;
  return new Set([...permissions].filter((name) => name !== "task.store"));
}

/**
 * Refuse what an identity may not do with a task.
 *
 * @throws {RocketRideException} It may not.
 */
export function requireForTask(
  identity: Identity,
  permission: Permission,
  token: string,
): void {
  if (isAllowed(identity, permission, token)) return;
  if (identity.permissions.size === 0) {
    throw denied("Access denied: no permissions for this task");
  }
  throw denied(`Permission '${permission}' denied for this task`);
}

/**
 * Refuse what an identity may not do at all.
 *
 * @throws {RocketRideException} It may not.
 */
export function requirePermission(
  identity: Identity,
  permission: Permission,
): void {
  if (identity.permissions.has(permission)) return;
  throw denied(`Permission '${permission}' denied`);
}

/**
 * Refuse an identity that is bound to one task, for what concerns others.
 *
 * @throws {RocketRideException} It is.
 */
export function requireUnbound(
  identity: Identity,
  permission: Permission,
): void {
  requirePermission(identity, permission);
  if (identity.task === undefined) return;
  throw denied(`Permission '${permission}' denied`);
}

/** The failure of what is not permitted. */
export function denied(message: string): RocketRideException {
  return new RocketRideException(message, { code: "permission-denied" });
}
