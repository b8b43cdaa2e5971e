import { Command, CommanderError } from "commander";
import { VERSION } from "../version.ts";
import { appCommand } from "./commands/app.ts";
import { chatCommand } from "./commands/chat.ts";
import { completionCommand, printCompletions } from "./commands/completion.ts";
import { demoCommand } from "./commands/demo.ts";
import { deployCommand } from "./commands/deploy.ts";
import { diffCommand } from "./commands/diff.ts";
import { engineCommand } from "./commands/engine.ts";
import { eventsCommand } from "./commands/events.ts";
import { initCommand } from "./commands/init.ts";
import { logCommand } from "./commands/log.ts";
import { loginCommand } from "./commands/login.ts";
import { newCommand } from "./commands/new.ts";
import { otelCommand } from "./commands/otel.ts";
import { profileCommand } from "./commands/profile.ts";
import { runPipelineCommand } from "./commands/run.ts";
import { sendCommand } from "./commands/send.ts";
import { servicesCommand } from "./commands/services.ts";
import { statusCommand } from "./commands/status.ts";
import { storeCommand } from "./commands/store.ts";
import { listCommand, startCommand, stopCommand } from "./commands/tasks.ts";
import { uploadCommand } from "./commands/upload.ts";
import { validateCommand } from "./commands/validate.ts";
import { examples } from "./connection.ts";
import { process } from "./platform.ts";
import { exitCodes, setRest } from "./run.ts";

/** The commands in the order of the help. */
const COMMANDS: readonly (() => Command)[] = [
  demoCommand,
  newCommand,
  loginCommand,
  initCommand,
  engineCommand,
  runPipelineCommand,
  startCommand,
  uploadCommand,
  sendCommand,
  chatCommand,
  statusCommand,
  eventsCommand,
  logCommand,
  stopCommand,
  listCommand,
  validateCommand,
  diffCommand,
  servicesCommand,
  storeCommand,
  deployCommand,
  appCommand,
  profileCommand,
  otelCommand,
  completionCommand,
];

/** Make the program with all its commands. */
export function createProgram(): Command {
  const program = new Command("rocketride")
    .description("Run RocketRide pipelines, here or on an engine.")
    .version(VERSION, "--version", "print the version")
    .helpOption("-h, --help", "show the help of a command")
    .helpCommand("help [command]", "show the help of a command")
    .showSuggestionAfterError()
    .addHelpText(
      "after",
      examples([
        ["rocketride engine", "serve an engine on this machine"],
        [
          "rocketride run pipeline.json report.pdf",
          "send a file, see the result",
        ],
        ["rocketride COMMAND --help", "options and examples of a command"],
      ]),
    );
  for (const make of COMMANDS) program.addCommand(make());
  settle(program);
  return program;
}

/** Make a command and its subcommands throw instead of ending the process. */
function settle(command: Command): void {
  command.exitOverride();
  command.configureOutput({ outputError: printUsageError });
  for (const inner of command.commands) settle(inner);
}

function printUsageError(text: string, print: (text: string) => void): void {
  print(text.replace(/^error: /, "Error: "));
}

/** Run the command; returns its exit code. */
export async function runCommand(args: readonly string[]): Promise<number> {
  const program = createProgram();
  const { words, rest } = prepared(args);
  setRest(program, rest);
  // A reader such as `head` may close the output; `Interrupts` aborts commands
  // that continue.
  process.stdout.on("error", ignore);
  try {
    if (args[0] === "__complete") {
      // The parser would take "--" away, which completes to any option.
      await printCompletions(program, args.slice(1));
      return 0;
    }
    await program.parseAsync(words, { from: "user" });
    return exitCodes.get(program) ?? 0;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.help") return 1; // there was no command
    return error.exitCode === 0 ? 0 : 2;
  } finally {
    process.stdout.off("error", ignore);
  }
}

function ignore(): void {}

/**
 * The arguments as the parser needs them: everything after `--args` apart, and
 * `--json` with a value, so that it takes no argument of the command.
 */
function prepared(
  args: readonly string[],
): { words: string[]; rest: readonly string[] } {
  const at = args.indexOf("--args");
  const own = at < 0 ? args : args.slice(0, at);
  const end = own.indexOf("--");
  const words = own.map((word, index) =>
    word === "--json" && (end < 0 || index < end) ? "--json=-" : word
  );
  return { words, rest: at < 0 ? [] : args.slice(at + 1) };
}
