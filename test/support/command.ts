import {
  createEngine,
  type EngineOptions,
  serveEngine,
} from "../../lib/engine/mod.ts";
import { connect, type Session } from "../../mod.ts";
import { ROOT } from "./read_tree.ts";
import { tempFolder } from "./temp_folder.ts";

/** Options of {@linkcode startCommand}. */
export interface CommandOptions {
  /** The working directory. */
  readonly cwd: string;
  /** Variables, over those of the machine without `ROCKETRIDE_*`. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads; nothing if absent. */
  readonly input?: string | ReadableStream<Uint8Array>;
}

/** What a command did. */
export interface CommandOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface RunningCommand {
  readonly child: Deno.ChildProcess;
  /** What it has printed to its output so far. */
  output(): string;
  /** Wait until its output has a text; fails when it ends without. */
  printed(text: string): Promise<void>;
  /** Wait until its error output matches; returns the first group. */
  printedError(pattern: RegExp): Promise<string>;
  /** Its end. */
  readonly outcome: Promise<CommandOutcome>;
}

/**
 * The command: from its sources on Deno, or the program and the arguments that
 * the variable `TEST_COMMAND` has as a list in JSON, such as that of the package
 * on Node.
 */
export const COMMAND: readonly [program: string, ...args: string[]] = JSON
  .parse(
    Deno.env.get("TEST_COMMAND") ?? JSON.stringify([
      Deno.execPath(),
      ...["run", "--quiet", "--no-check", "--allow-all"],
      new URL("lib/cli/mod.ts", ROOT).pathname,
    ]),
  );

/** Start the command. */
export function startCommand(
  args: readonly string[],
  { cwd, env = {}, input }: CommandOptions,
): RunningCommand {
  const [program, ...before] = COMMAND;
  return startProgram(program, [...before, ...args], {
    cwd,
    env,
    ...(input !== undefined && { input }),
  });
}

/** Start any program. */
export function startProgram(
  program: string,
  args: readonly string[],
  { cwd, env = {}, input }: CommandOptions,
): RunningCommand {
  const child = new Deno.Command(program, {
    args: [...args],
    cwd,
    clearEnv: true,
    env: { ...neutralEnv(), ...env },
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdout = new Recorder(child.stdout);
  const stderr = new Recorder(child.stderr);
  const fed = input === undefined ? undefined : feed(child, input);
  return {
    child,
    output: () => stdout.text,
    async printed(text): Promise<void> {
      if (await stdout.has((it) => it.includes(text))) return;
      throw new Error(
        `It ended without "${text}":\n${stdout.text}${stderr.text}`,
      );
    },
    async printedError(pattern): Promise<string> {
      await stderr.has((it) => pattern.test(it));
      const [, found] = pattern.exec(stderr.text) ?? [];
      if (found !== undefined) return found;
      throw new Error(`It ended without ${pattern}:\n${stderr.text}`);
    },
    outcome: (async () => {
      const { code } = await child.status;
      await Promise.all([stdout.end, stderr.end, fed]);
      return { code, stdout: stdout.text, stderr: stderr.text };
    })(),
  };
}

/** Run the command to its end. */
export function runCommand(
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandOutcome> {
  return startCommand(args, options).outcome;
}

async function feed(
  { stdin }: Deno.ChildProcess,
  input: string | ReadableStream<Uint8Array>,
): Promise<void> {
  const source = typeof input === "string" ? new Blob([input]).stream() : input;
  // A command that fails does not read to the end.
  await source.pipeTo(stdin).catch(() => {});
}

/** The variables of this machine without those that change what is printed. */
export function neutralEnv(): Record<string, string> {
  const variables = Object.entries(Deno.env.toObject())
    .filter(([name]) => !/^(ROCKETRIDE_|OTEL_|FORCE_COLOR)/.test(name));
  return { ...Object.fromEntries(variables), NO_COLOR: "1" };
}

/** Gathers a stream, and lets others wait for what it will have. */
export class Recorder {
  /** What has come so far. */
  text = "";
  /** Settles when nothing more will come. */
  readonly end: Promise<void>;
  #isOver = false;
  #news: PromiseWithResolvers<void> = Promise.withResolvers();

  /** Gather a stream. */
  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.end = this.#read(stream);
  }

  /** Wait until it has something; returns whether it came. */
  async has(test: (text: string) => boolean): Promise<boolean> {
    while (!test(this.text) && !this.#isOver) await this.#news.promise;
    return test(this.text);
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      this.text += part;
      this.#tell();
    }
    this.#isOver = true;
    this.#tell();
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}

/** What tests of commands work with. */
export interface CommandRig {
  /** An empty folder, in which the pipelines of the examples are. */
  readonly cwd: string;
  /** The address of an engine. */
  readonly uri: string;
  /** A session with that engine. */
  readonly session: Session;
  /** Run the command in that folder, with that engine. */
  run(
    args: readonly string[],
    options?: Partial<CommandOptions>,
  ): Promise<CommandOutcome>;
  /** The same, without waiting for its end. */
  start(
    args: readonly string[],
    options?: Partial<CommandOptions>,
  ): RunningCommand;
}

/** Run a test with an engine behind a port and a folder. */
export async function withCommand(
  test: (rig: CommandRig) => Promise<void>,
  options: EngineOptions = {},
): Promise<void> {
  await using folder = await tempFolder();
  const cwd = folder.path;
  const pipelines = new URL("examples/pipelines/", ROOT);
  for await (const { name } of Deno.readDir(pipelines)) {
    await Deno.copyFile(new URL(name, pipelines), `${cwd}/${name}`);
  }
  await using engine = createEngine(options);
  await using server = await serveEngine(engine);
  const { uri } = server;
  await using session = await connect({
    transport: engine.transport(),
    env: {},
  });
  const own = (more: Partial<CommandOptions> = {}): CommandOptions => ({
    cwd,
    ...more,
    env: { ROCKETRIDE_URI: uri, ...more.env },
  });
  await test({
    cwd,
    uri,
    session,
    run: (args, more) => runCommand(args, own(more)),
    start: (args, more) => startCommand(args, own(more)),
  });
}
