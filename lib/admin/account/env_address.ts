import { given } from "../_given.ts";
import { requireText } from "../_require_text.ts";

/** Whose variables are meant: the user's, a team's, or an organization's. */
export type EnvScope = "user" | "team" | "org";

/** The command for the variables of a scope, and its arguments. */
export interface EnvAddress {
  readonly command: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/**
 * Find out where the variables of a scope are (api §5.5).
 *
 * @throws {TypeError} The scope is unknown, or the id is blank.
 */
export function envAddress(
  scope: EnvScope,
  id: string | undefined,
): EnvAddress {
  const checked = id === undefined ? undefined : requireText("id", id);
  switch (scope) {
    case "user":
      if (checked === undefined) {
        return { command: "rrext_account_me", args: {} };
      }
      throw new TypeError("A user's own variables have no id");
    case "team":
      return {
        command: "rrext_account_teams",
        args: given({ teamId: checked }),
      };
    case "org":
      return { command: "rrext_account_org", args: given({ orgId: checked }) };
    default:
      throw new TypeError(
        `Cannot use scope "${scope}": expected user, team or org`,
      );
  }
}
