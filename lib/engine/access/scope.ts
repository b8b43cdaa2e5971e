import { ValidationException } from "../../errors.ts";
import type { LogAddress } from "../monitor/event_log.ts";
import { denied } from "./permissions.ts";
import { textOf } from "../text_of.ts";

/** The only team: all users are in it. */
export const TEAM = "local";

/** Whose runs are meant. */
export type Scope = Pick<LogAddress, "runKind" | "teamId">;

/**
 * Read whose runs a request means: those of a team, one's own deployed ones,
 * or, without anything, those of development. A team has deployed runs alone.
 */
export function readScope(
  { teamId, runKind }: Readonly<Record<string, unknown>>,
): Scope {
  if (teamId) return { runKind: "deploy", teamId: requireTeam(teamId) };
  if (!runKind || runKind === "dev") return { runKind: "dev", teamId: "" };
  if (runKind === "deploy") return { runKind, teamId: "" };
  throw new ValidationException(
    `invalid runKind '${textOf(runKind)}': expected dev or deploy`,
  );
}

/** A team that the caller is in. */
export function requireTeam(teamId: unknown): string {
  if (teamId === TEAM) return TEAM;
  throw denied("Access denied: no permissions for this team");
}
