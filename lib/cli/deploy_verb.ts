import { Command } from "commander";
import type { Session } from "../../mod.ts";
import { dateText } from "./output.ts";
import {
  type ConnectionFlags,
  type Run,
  UsageError,
  withAction,
  withConnection,
} from "./run.ts";

/** Options of the commands about deployments. */
export interface DeployFlags extends ConnectionFlags {
  readonly team?: string;
  readonly kind?: string;
  readonly comment?: string;
  readonly deployTo?: string;
  readonly ttl?: string;
  readonly count?: string;
}

/** A run of a command about deployments. */
export type DeployRun = Run<DeployFlags>;

/** The parts of a command about deployments. */
export interface DeployVerb {
  readonly name: string;
  readonly description: string;
  readonly args?: readonly (readonly [name: string, what: string])[];
  readonly options?: readonly (readonly [
    flags: string,
    what: string,
    byDefault?: string,
  ])[];
  /** Check the arguments before anything is done. */
  check?(args: readonly (string | undefined)[]): void;
  /** Run the command; `connect` connects to the server for deployments. */
  act(
    run: DeployRun,
    connect: () => Promise<Session>,
    args: readonly (string | undefined)[],
  ): Promise<number | void>;
}

/**
 * Make a command that works with the server for deployments: that of
 * `ROCKETRIDE_DEPLOY_URI`, and never the one of `ROCKETRIDE_URI`.
 */
export function deployVerb(verb: DeployVerb): Command {
  const { name, description, args = [], options = [] } = verb;
  const command = new Command(name).description(description);
  for (const [name, what] of args) command.argument(name, what);
  for (const [flags, what, byDefault] of options) {
    command.option(flags, what, byDefault);
  }
  return withAction<DeployFlags>(
    withConnection(command, { deploys: true }),
    (run, given) => {
      verb.check?.(given);
      return verb.act(run, () => run.connect({ deploys: true }), given);
    },
  );
}

/** Read the number of a version. */
export function versionOf(text: string | undefined): number {
  const version = Number(text);
  if (Number.isSafeInteger(version) && version > 0) return version;
  throw new UsageError(`Cannot use version "${text}": expected a number`);
}

/** Format a time in Unix seconds. */
export function dateOf(seconds: number | null | undefined): string {
  return dateText(seconds).slice(0, 16);
}
