import { RocketRideException } from "../../errors.ts";

/** Something that a connection may be allowed to do. */
export type Permission =
  | "task.control"
  | "task.data"
  | "task.monitor"
  | "task.debug"
  | "task.store";

export const ALL_PERMISSIONS: readonly Permission[] = [
  "task.control",
  "task.data",
  "task.monitor",
  "task.debug",
  "task.store",
];

/** Who a connection is, once it has authenticated. */
export interface Identity {
  readonly userId: string;
  /** The only task that it may see: that of the key that it logged in with. */
  readonly task: string | undefined;
  readonly permissions: ReadonlySet<Permission>;
}

/**
 * Who may run a command:
 * - `open`: everybody, even before login;
 * - `login`: everybody who has logged in;
 * - `own`: who has the permission; the command shows the caller's part only;
 * - `engine`: who has the permission and is not bound to one task;
 * - `task`: who has the permission for the task that the request names.
 */
export type Access =
  | { readonly for: "open" | "login" }
  | { readonly for: "own" | "engine"; readonly permission: Permission }
  | TaskAccess & { readonly for: "task" };

interface TaskAccess {
  readonly permission: Permission;
  /** What the token is for, where a request without one is told so. */
  readonly purpose?: string | undefined;
}

/** Throws unless an identity may run a command that is not about a task. */
export function authorize(access: Access, identity: Identity): void {
  if (access.for === "own") requirePermission(identity, access.permission);
  if (access.for === "engine") requireUnbound(identity, access.permission);
}

/** What finds tasks. */
interface Tasks<Task> {
  readonly byToken: ReadonlyMap<string, Task>;
  get(token: string): Task | undefined;
}

/** The task that a request names; throws unless the identity may use it. */
export function authorizedTask<
  Task extends { readonly spec: { readonly token: string } },
>(
  tasks: Tasks<Task>,
  token: string | undefined,
  access: TaskAccess,
  identity: Identity,
): Task {
  const task = existing(tasks, token, access.purpose);
  requireForTask(identity, access.permission, task.spec.token);
  return task;
}

/** The task of a token; throws unless there is one. */
export function existing<Task>(
  tasks: Tasks<Task>,
  token: string | undefined,
  purpose?: string,
): Task {
  if (token === undefined || token === "*") {
    const end = purpose === undefined ? "" : ` for ${purpose}`;
    throw new RocketRideException(`Task token is required${end}`);
  }
  const task = tasks.byToken.get(token) ?? tasks.get(token);
  if (!task) throw notRunning();
  return task;
}

/** The failure of a request about a task that does not exist. */
export function notRunning(): RocketRideException {
  return new RocketRideException("Your pipeline is not running", {
    code: "task-not-running",
  });
}

/** Whether an identity may do something with the task of a token. */
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

/** Throws unless an identity may do something with a task. */
export function requireForTask(
  identity: Identity,
  permission: Permission,
  token: string,
): void {
  if (isAllowed(identity, permission, token)) return;
  throw denied(
    identity.permissions.size === 0
      ? "Access denied: no permissions for this task"
      : `Permission '${permission}' denied for this task`,
  );
}

/** Throws unless an identity has a permission and is not bound to one task. */
export function requireUnbound(
  identity: Identity,
  permission: Permission,
): void {
  requirePermission(identity, permission);
  if (identity.task === undefined) return;
  throw denied(`Permission '${permission}' denied`);
}

function requirePermission(
  { permissions }: Identity,
  permission: Permission,
): void {
  if (permissions.has(permission)) return;
  throw denied(`Permission '${permission}' denied`);
}

/** The failure of what is not permitted. */
export function denied(message: string): RocketRideException {
  return new RocketRideException(message, { code: "permission-denied" });
}
