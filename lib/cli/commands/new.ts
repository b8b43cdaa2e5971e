import { cancel, intro, outro, select, text } from "@clack/prompts";
import { Command, Option } from "commander";
import { VERSION } from "../../version.ts";
import { examples } from "../connection.ts";
import {
  basename,
  dirname,
  join,
  mkdir,
  process,
  readFile,
  relative,
  resolve,
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
  PACKAGE,
  projectFiles,
  type Runtime,
  RUNTIMES,
  startOf,
  type Template,
  TEMPLATES,
} from "../scaffold.ts";

interface Flags extends ConnectionFlags {
  readonly runtime?: Runtime;
  readonly template?: Template;
  readonly force?: boolean;
}

/** `new`: a folder with a pipeline and a program that runs it. */
export function newCommand(): Command {
  const command = new Command("new")
    .description("Make a folder with a pipeline, a program and a .env file.")
    .argument("[folder]", "the folder; asked for on a terminal")
    .addOption(
      new Option("--runtime <name>", `the runtime (default: ${OWN_RUNTIME})`)
        .choices(RUNTIMES),
    )
    .addOption(
      new Option("--template <name>", "the pipeline (default: text)")
        .choices(TEMPLATES),
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
    if (folder === "") {
      throw new UsageError("Cannot use an empty folder name: . is this folder");
    }
    const name = basename(join(process.cwd(), folder))
      .toLowerCase().replace(/[^a-z0-9-]/g, "-");
    const files = projectFiles({
      name,
      runtime,
      template,
      version: VERSION,
      file: await packageFile(folder),
    });
    if (!flags.force) await checkAbsent(folder, Object.keys(files));
    for (const [path, content] of Object.entries(files)) {
      const place = join(folder, path);
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, content);
      await out.line(`Created ${place}`);
    }
    await out.line();
    await out.line("Next:");
    if (folder !== ".") await out.line(`  cd ${shellWord(folder)}`);
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

/** A path as one word of a shell's command, which does not begin an option. */
function shellWord(path: string): string {
  const word = path.startsWith("-") ? `./${path}` : path;
  return /^[\w\p{L}./\\:-]+$/u.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The runtime of this process. */
const OWN_RUNTIME: Runtime = process.versions.deno
  ? "deno"
  : process.versions.bun
  ? "bun"
  : "node";

/**
 * Find the file that the package was installed from: the manifest of a surrounding
 * project has its path. A package from a registry has no such file.
 *
 * @returns Its path, relative to the new folder.
 */
async function packageFile(folder: string): Promise<string | undefined> {
  for (let at = dirname(resolve(folder));; at = dirname(at)) {
    const text = await readFile(join(at, "package.json"), "utf8")
      .catch(() => "{}");
    const { dependencies } = Object(parsed(text));
    const file = String(Object(dependencies)[PACKAGE] ?? "");
    if (file.endsWith(".tgz") && !/^https?:/.test(file)) {
      const path = resolve(at, file.replace(/^file:/, ""));
      return relative(resolve(folder), path).replaceAll("\\", "/");
    }
    if (at === dirname(at)) return undefined;
  }
}

/** The choices for a new project. */
interface Answers {
  readonly folder: string;
  readonly runtime: Runtime;
  readonly template: Template;
}

/** The given choices; on a terminal, the user is asked for the others. */
async function answered(
  { flags, out, interrupt, signal }: Run<Flags>,
  folder: string | undefined,
): Promise<Answers> {
  const { runtime, template } = flags;
  const asks = out.isTerminal && process.stdin.isTTY && !out.wantsJson &&
    folder === undefined;
  if (!asks) {
    if (folder === undefined) throw new UsageError("A folder is missing");
    return {
      folder,
      runtime: runtime ?? OWN_RUNTIME,
      template: template ?? "text",
    };
  }
  const answer = async <T extends string>(
    asked: Promise<T | symbol>,
  ): Promise<T> => {
    const value = await asked;
    if (typeof value === "string") return value;
    cancel("Nothing was made.");
    interrupt();
    throw signal.reason;
  };
  const listed = <T extends string>(names: readonly T[]): { value: T }[] =>
    names.map((value) => ({ value }));
  intro("A new project");
  const answers: Answers = {
    folder: await answer<string>(
      text({
        message: "Which folder?",
        defaultValue: "my-app",
        placeholder: "my-app",
      }),
    ),
    runtime: runtime ??
      await answer<Runtime>(
        select<Runtime>({
          message: "For which runtime?",
          options: listed(RUNTIMES),
          initialValue: OWN_RUNTIME,
        }),
      ),
    template: template ??
      await answer<Template>(
        select<Template>({
          message: "Which pipeline?",
          options: listed(TEMPLATES),
        }),
      ),
  };
  outro("Creating it.");
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
    throw new Failure(`${place} already exists`, "--force replaces it");
  }
}

/** The value of a JSON text; `undefined` if it is malformed. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
