import { Command } from "commander";
import type { Pipeline, Session } from "../../mod.ts";
import { unwrapPipeline } from "../../schema/mod.ts";
import { malformedAt } from "./json_places.ts";
import { dateText } from "./output.ts";
import { readFile } from "./platform.ts";
import {
  type ConnectionFlags,
  Failure,
  type Run,
  shown,
  UsageError,
  withAction,
  withConnection,
} from "./run.ts";

/** Options of the commands about deployments. */
export interface DeployFlags extends ConnectionFlags {
  readonly team?: string;
  readonly comment?: string;
  readonly deployTo?: string;
  readonly ttl?: string;
  readonly count?: string;
}

/** A run of such a command. */
export type DeployRun = Run<DeployFlags>;

/** What such a command consists of. */
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
  /** Do it; `connect` connects to the server for deployments. */
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

/** Read a number of a version. */
export function versionOf(text: string | undefined): number {
  const version = Number(text);
  if (Number.isSafeInteger(version) && version > 0) return version;
  throw new UsageError(`Cannot use version "${text}": expected a number`);
}

/** A time in Unix seconds, for people. */
export function dateOf(seconds: number | null | undefined): string {
  return dateText(seconds).slice(0, 16);
}

/** Read a pipeline from a file, as it is. */
export async function readPipelineFile(file: string): Promise<Pipeline> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new Failure(`Cannot read ${file}: ${shown(error).message}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Failure(`Invalid JSON in ${file}: ${malformedAt(text)}`);
  }
  const pipeline = unwrapPipeline(value);
  if (pipeline) return pipeline;
  throw new Failure(`${file} has no "components"`);
}
