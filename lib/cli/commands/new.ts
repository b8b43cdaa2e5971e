import { cancel, intro, outro, select, text } from "@clack/prompts";
import { Command } from "commander";
import { VERSION } from "../../version.ts";
import { examples } from "../help.ts";
import {
  basename,
  dirname,
  join,
  mkdir,
  process,
  stat,
  writeFile,
} from "../platform.ts";
import {
  type ConnectionFlags,
  Failure,
  type Run,
  UsageError,
  withAction,
  withJson,
} from "../run.ts";
import {
  isRuntime,
  isTemplate,
  projectFiles,
  RUNTIMES,
  startOf,
  TEMPLATES,
} from "../scaffold.ts";

interface Flags extends ConnectionFlags {
  readonly runtime?: string;
  readonly template?: string;
  readonly force?: boolean;
}

/** `new`: a folder with a pipeline and a program that runs it. */
export function newCommand(): Command {
  const command = new Command("new")
    .description("Make a folder with a pipeline, a program and a .env file.")
    .argument("[folder]", "the folder; asked for on a terminal")
    .option("--runtime <name>", `${RUNTIMES.join(", ")}; asked for, else deno`)
    .option(
      "--template <name>",
      `${TEMPLATES.join(", ")}; asked for, else text`,
    )
    .option("--force", "replace files that are there")
    .addHelpText(
      "after",
      examples([
        ["rocketride new my-app --runtime node", "for Node"],
        ["rocketride new my-app --template chat", "a pipeline with a model"],
      ]),
    );
  return withAction<Flags>(withJson(command), async (run, [argument]) => {
    const { out, flags } = run;
    const answers = await answered(run, argument);
    const { folder, runtime, template } = answers;
    if (!isRuntime(runtime)) {
      throw new UsageError(
        `Cannot use --runtime "${runtime}": expected ${RUNTIMES.join(", ")}`,
      );
    }
    if (!isTemplate(template)) {
      throw new UsageError(
        `Cannot use --template "${template}": expected ${TEMPLATES.join(", ")}`,
      );
    }
    const name = basename(join(process.cwd(), folder))
      .toLowerCase().replace(/[^a-z0-9-]/g, "-");
    const files = projectFiles({ name, runtime, template, version: VERSION });
    if (!flags.force) await checkAbsent(folder, Object.keys(files));
    for (const [path, content] of Object.entries(files)) {
      const place = join(folder, path);
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, content);
      await out.line(`Created ${place}`);
    }
    await out.line();
    await out.line("Next:");
    if (folder !== ".") await out.line(`  cd ${folder}`);
    for (const line of startOf(runtime)) await out.line(`  ${line}`);
    await out.result({
      folder,
      runtime,
      template,
      files: Object.keys(files),
      next: startOf(runtime),
    });
  });
}

/** What was given, and on a terminal the answers about what was not. */
async function answered(
  { flags, out, interrupt, signal }: Run<Flags>,
  folder: string | undefined,
): Promise<{ folder: string; runtime: string; template: string }> {
  const { runtime, template } = flags;
  const asks = out.isTerminal && process.stdin.isTTY && !out.wantsJson &&
    folder === undefined;
  if (!asks) {
    if (folder === undefined) throw new UsageError("A folder is missing");
    return {
      folder,
      runtime: runtime ?? "deno",
      template: template ?? "text",
    };
  }
  const answer = async (asked: Promise<string | symbol>): Promise<string> => {
    const value = await asked;
    if (typeof value === "string") return value;
    cancel("Nothing was made.");
    interrupt();
    signal.throwIfAborted();
    return "";
  };
  const listed = (names: readonly string[]): { value: string }[] =>
    names.map((value) => ({ value }));
  intro("A new project");
  const answers = {
    folder: await answer(
      text({
        message: "Which folder?",
        defaultValue: "my-app",
        placeholder: "my-app",
      }),
    ),
    runtime: runtime ??
      await answer(
        select({ message: "For which runtime?", options: listed(RUNTIMES) }),
      ),
    template: template ??
      await answer(
        select({ message: "Which pipeline?", options: listed(TEMPLATES) }),
      ),
  };
  outro("Here it is.");
  return answers;
}

async function checkAbsent(
  folder: string,
  files: readonly string[],
): Promise<void> {
  for (const file of files) {
    const place = join(folder, file);
    const exists = await stat(place).then(() => true, () => false);
    if (!exists) continue;
    throw new Failure(`${place} is there already`, "--force replaces it");
  }
}
