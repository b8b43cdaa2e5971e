import { Command } from "commander";
import {
  getServices,
  type Pipeline,
  type Session,
  validate,
  type ValidationIssue,
} from "../../../mod.ts";
import { examples } from "../connection.ts";
import { expandFiles } from "../inputs.ts";
import { nearest } from "../failures.ts";
import { type Output, plain } from "../output.ts";
import {
  linesOfComponents,
  type PipelineFile,
  readPipelineFile,
} from "../pipeline_file.ts";
import {
  type ConnectionFlags,
  Failure,
  type Run,
  shown,
  UsageError,
  withAction,
  withConnection,
} from "../run.ts";

interface Flags extends ConnectionFlags {
  readonly source?: string;
}

/** A problem of a file, and its line. */
interface FoundIssue extends ValidationIssue {
  /** The line of the component, from 1. */
  readonly line?: number;
}

/** The result for a file. */
interface Verdict {
  readonly file: string;
  readonly valid: boolean;
  readonly errors: readonly FoundIssue[];
  readonly warnings: readonly FoundIssue[];
  /** Whether an engine has checked it. */
  readonly checked: boolean;
}

/** `validate`: check pipeline files without starting them. */
export function validateCommand(): Command {
  const command = new Command("validate")
    .description("Check pipeline files without starting them.")
    .argument("<files...>", "files or patterns, such as pipelines/*.json")
    .option("--source <id>", "the source component to run")
    .addHelpText(
      "after",
      examples([
        ["rocketride validate pipelines/*.json", "all files of a folder"],
        ["rocketride validate --local p.json", "without an engine"],
      ]) +
        "\nExit codes: 0 all files are valid; 1 some are not; 2 wrong usage, no\n" +
        "connection, or no file could be checked.\n",
    );
  return withAction<Flags>(
    withConnection(command, { local: true }),
    async (run, patterns) => {
      const { out } = run;
      const { files, skipped } = await expandFiles(patterns);
      const texts = await Promise.all(files.map(readFileOrProblem));
      let session: Session | undefined;
      if (texts.some((it) => "pipeline" in it)) {
        try {
          session = await run.connect();
        } catch (error) {
          run.signal.throwIfAborted();
          const { message, hint } = shown(error);
          throw new UsageError(message, hint);
        }
      }
      const verdicts: Verdict[] = skipped.map((file) =>
        unread(file, `File not found: ${file}`)
      );
      const providers = new Providers();
      for (const [at, file] of files.entries()) {
        const read = texts[at]!;
        verdicts.push(
          "problem" in read
            ? unread(file, read.problem)
            : await judge(run, session!, file, read, providers),
        );
      }
      const valid = verdicts.filter((it) => it.valid).length;
      const total = verdicts.length;
      const summary = { total, valid, invalid: total - valid };
      for (const verdict of verdicts) await print(out, verdict);
      await out.line();
      await out.line(
        `Summary: ${total} file(s), ${valid} valid, ${total - valid} invalid`,
      );
      await out.result({
        files: verdicts.map(({ checked: _, ...verdict }) => verdict),
        summary,
      });
      if (!verdicts.some(({ checked }) => checked)) return 2;
      return summary.invalid === 0 ? 0 : 1;
    },
  );
}

function unread(file: string, message: string): Verdict {
  return {
    file,
    valid: false,
    errors: [{ message }],
    warnings: [],
    checked: false,
  };
}

async function readFileOrProblem(
  file: string,
): Promise<PipelineFile | { readonly problem: string }> {
  try {
    return await readPipelineFile(file);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { problem: error.message };
  }
}

async function judge(
  run: Run<Flags>,
  session: Session,
  file: string,
  { pipeline, text }: PipelineFile,
  providers: Providers,
): Promise<Verdict> {
  const { flags: { source }, signal } = run;
  try {
    const found = await validate(session, { pipeline, source, signal });
    const lines = linesOfComponents(text);
    const lineOf = ({ id = "" }: ValidationIssue): { line?: number } =>
      lines.has(id) ? { line: lines.get(id)! } : {};
    const detail = async (issue: ValidationIssue): Promise<FoundIssue> => ({
      ...issue,
      message: await providers.advise(session, issue, pipeline),
      ...lineOf(issue),
    });
    return {
      file,
      valid: found.errors.length === 0,
      errors: await Promise.all(found.errors.map(detail)),
      warnings: await Promise.all(found.warnings.map(detail)),
      checked: true,
    };
  } catch (error) {
    signal.throwIfAborted();
    const { message, hint } = shown(error);
    return unread(file, hint ? `${message}. ${hint}` : message);
  }
}

/** Suggests the nearest service for an unknown one. */
class Providers {
  #names: Promise<readonly string[]> | undefined;

  /** The message of an issue, with a suggestion. */
  async advise(
    session: Session,
    { id, message }: ValidationIssue,
    { components }: Pipeline,
  ): Promise<string> {
    const provider = components.find((it) => it.id === id)?.provider;
    if (!provider || !message.includes(provider)) return message;
    this.#names ??= getServices(session)
      .then((services) => Object.keys(services), () => []);
    const names = await this.#names;
    if (names.length === 0 || names.includes(provider)) return message;
    const name = nearest(provider, names);
    if (name === undefined || message.includes(`"${name}"`)) return message;
    return `${message.replace(/\.$/, "")}; did you mean "${name}"?`;
  }
}

async function print(out: Output, verdict: Verdict): Promise<void> {
  const { file, valid, errors, warnings } = verdict;
  const { green, red, yellow } = out.colors;
  await out.line(`${file}: ${valid ? green("valid") : red("invalid")}`);
  const kinds = [["error", red, errors], [
    "warning",
    yellow,
    warnings,
  ]] as const;
  for (const [kind, paint, issues] of kinds) {
    for (const { message, id, line } of issues) {
      const place = [id, ...(line ? [`line ${line}`] : [])]
        .filter((it) => it !== undefined).join(", ");
      const suffix = place ? ` (${place})` : "";
      await out.line(`    ${paint(kind)}: ${plain(message)}${suffix}`);
    }
  }
}
