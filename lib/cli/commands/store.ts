import { Command } from "commander";
import type { Session } from "../../../mod.ts";
import {
  list,
  mkdir,
  readFile,
  readText,
  remove,
  stat,
  writeFile,
  writeText,
} from "../../store/mod.ts";
import { examples } from "../connection.ts";
import { isoTime, oneLine, type Output } from "../output.ts";
import { open, process } from "../platform.ts";
import {
  type ConnectionFlags,
  type Run,
  UsageError,
  withAction,
  withConnection,
} from "../run.ts";

interface WriteFlags extends ConnectionFlags {
  readonly file?: string;
  readonly content?: string;
}

/** `store`: the files that an engine keeps. */
export function storeCommand(): Command {
  const command = new Command("store")
    .description("Manage the files in the store of an engine.")
    .addHelpText(
      "after",
      examples([
        ["rocketride store dir", "the root"],
        ["rocketride store write a/b.csv --file b.csv", "from a local file"],
        ["rocketride store type a/b.csv > b.csv", "and back"],
      ]),
    );
  for (const make of [dir, type, write, rm, makeDirectory, status]) {
    command.addCommand(make());
  }
  return command;
}

/** A subcommand with a path. */
function verb<Flags extends ConnectionFlags>(
  name: string,
  description: string,
  act: (
    run: Run<Flags>,
    session: Session,
    path: string,
  ) => Promise<number | void>,
  { path = "<path>", extend }: {
    readonly path?: string;
    readonly extend?: (command: Command) => void;
  } = {},
): Command {
  const command = new Command(name).description(description)
    .argument(path, "a path in the store, such as folder/file.txt");
  extend?.(command);
  return withAction<Flags>(
    withConnection(command),
    async (run, [given = ""]) => await act(run, await run.connect(), given),
  );
}

function dir(): Command {
  return verb(
    "dir",
    "List a directory.",
    async ({ out, signal }, session, path) => {
      const entries = await list(session, path, { signal });
      await out.result({ path, entries });
      if (entries.length === 0 && path !== "") {
        const found = await stat(session, path, { signal });
        if (found?.type !== "dir") return await out.line("File Not Found");
      }
      await printEntries(out, entries);
    },
    { path: "[path]" },
  );
}

async function printEntries(
  out: Output,
  entries: Awaited<ReturnType<typeof list>>,
): Promise<void> {
  let bytes = 0;
  let files = 0;
  for (const { name, type, size = 0, modified } of entries) {
    const what = type === "dir"
      ? "<DIR>          "
      : `${size.toLocaleString("en-US").padStart(14)} `;
    await out.line(`${dosDate(modified)}    ${what}${oneLine(name)}`);
    if (type === "dir") continue;
    files++;
    bytes += size;
  }
  const count = (value: number, width: number): string =>
    value.toLocaleString("en-US").padStart(width);
  await out.line(`    ${count(files, 8)} File(s)  ${count(bytes, 14)} bytes`);
  await out.line(`    ${count(entries.length - files, 8)} Dir(s)`);
}

/** `MM/DD/YYYY  hh:mm AM` in UTC, or as many blanks. */
function dosDate(seconds: number | undefined): string {
  const time = isoTime(seconds);
  if (!time) return " ".repeat(20);
  const [year, month, day, hour = 0, minute] = time.split(/[-T:]/).map(Number);
  const two = (value = 0): string => String(value).padStart(2, "0");
  const half = hour < 12 ? "AM" : "PM";
  return `${two(month)}/${two(day)}/${year}  ${two(hour % 12 || 12)}:${
    two(minute)
  } ${half}`;
}

function type(): Command {
  return verb(
    "type",
    "Print the content of a file.",
    async ({ out, signal }, session, path) => {
      if (out.wantsJson) {
        const content = await readText(session, path, { signal });
        await out.result({ path, content });
        return await out.raw(content);
      }
      for await (const chunk of await readFile(session, path, { signal })) {
        await out.raw(chunk);
      }
    },
  );
}

function write(): Command {
  return verb<WriteFlags>(
    "write",
    "Write a file.",
    async ({ out, flags, signal }, session, path) => {
      const { file, content } = flags;
      if ((file === undefined) === (content === undefined)) {
        throw new UsageError("Either --file or --content is required");
      }
      if (content !== undefined) {
        await writeText(session, path, content, { signal });
      } else {
        const source = file === "-"
          ? process.stdin
          : (await open(file!)).createReadStream();
        const target = await writeFile(session, path, { signal });
        const writer = target.getWriter();
        try {
          for await (const chunk of source) {
            await writer.write(chunk as Uint8Array);
          }
          await writer.close();
        } catch (error) {
          await writer.abort(error);
          throw error;
        }
      }
      await out.line(`Written: ${path}`);
      await out.result({ path, written: true });
    },
    {
      extend: (command) =>
        command.option("--file <file>", "a local file, or - for input")
          .option("--content <text>", "text"),
    },
  );
}

function rm(): Command {
  return verb<ConnectionFlags & { readonly recursive?: boolean }>(
    "rm",
    "Delete a file, or a directory.",
    async ({ out, flags, signal }, session, path) => {
      await remove(session, path, { recursive: flags.recursive, signal });
      await out.line(`Deleted: ${path}`);
      await out.result({ path, deleted: true });
    },
    {
      extend: (command) =>
        command.option("--recursive", "delete a directory with its content"),
    },
  );
}

function makeDirectory(): Command {
  return verb(
    "mkdir",
    "Make a directory.",
    async ({ out, signal }, session, path) => {
      await mkdir(session, path, { signal });
      await out.line(`Created: ${path}/`);
      await out.result({ path, created: true });
    },
  );
}

function status(): Command {
  return verb(
    "stat",
    "Show what is at a path.",
    async ({ out, signal }, session, path) => {
      const found = await stat(session, path, { signal });
      await out.result({ path, exists: found !== undefined, ...found });
      if (!found) return await out.line(`${path}: not found`);
      const { type, size, modified } = found;
      const details = [
        ...(size === undefined
          ? []
          : [`size: ${size.toLocaleString("en-US")}`]),
        ...(modified
          ? [`modified: ${new Date(modified * 1_000).toISOString()}`]
          : []),
      ];
      const suffix = details.length > 0 ? ` (${details.join(", ")})` : "";
      await out.line(`${path}: ${type}${suffix}`);
    },
  );
}
