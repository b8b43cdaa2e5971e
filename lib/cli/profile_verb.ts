import { Command } from "commander";
import type { Session } from "../../mod.ts";
import {
  type ConnectionFlags,
  type Run,
  withAction,
  withConnection,
} from "./run.ts";

/** Options of the commands about profiles. */
export interface ProfileFlags extends ConnectionFlags {
  readonly thread?: string;
  readonly minPct?: string;
  readonly maxDepth?: string;
  readonly includeSystem?: boolean;
  readonly token?: string;
  readonly session?: string;
  readonly duration?: string;
  readonly active?: boolean;
}

/** A run of a command about profiles. */
export type ProfileRun = Run<ProfileFlags>;

/** The option that names a task. */
export const TOKEN = [
  "--token <token>",
  "a task (default: the server)",
] as const;
/** Make a command about profiles. */
export function profileVerb(
  name: string,
  description: string,
  options: readonly (readonly [flags: string, what: string])[],
  act: (run: ProfileRun, session: Session) => Promise<number | void>,
  check?: (flags: ProfileFlags) => void,
): Command {
  const command = new Command(name).description(description);
  for (const [flags, what] of options) command.option(flags, what);
  return withAction<ProfileFlags>(withConnection(command), async (run) => {
    check?.(run.flags);
    return await act(run, await run.connect());
  });
}

/** The profiled process: a task, or else the server. */
export function targetOf({ flags: { token }, signal }: ProfileRun): {
  target?: string;
  signal: AbortSignal;
} {
  return { ...(token !== undefined && { target: token }), signal };
}

/** Format seconds. */
export function seconds(value: unknown): string {
  return `${(typeof value === "number" ? value : 0).toFixed(1)}s`;
}
