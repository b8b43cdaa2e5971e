import { ExecutionException } from "../../../errors.ts";
import { storePath } from "../../../protocol/store_path.ts";
import type { NodeFiles, NodeTask, TaskContext } from "../../node.ts";
import { base64 } from "../base64.ts";
import { type ConfigReader, configReader } from "../config_reader.ts";
import {
  type Args,
  describedTool,
  readPatterns,
  type Tool,
  toolCalls,
} from "./tools.ts";
import { numberOf, textOf } from "../../text_of.ts";

const DEFAULT_BYTES = 262_144;

/** The members of the configuration that allow the tools. */
const FLAGS = {
  read_file: "allowRead",
  write_file: "allowWrite",
  delete_file: "allowDelete",
  list_directory: "allowList",
  create_directory: "allowMkdir",
  stat_file: "allowStat",
} as const;

/**
 * Start `tool_filesystem`: lets an agent use the files of its task's user, the
 * same that the store of a client shows.
 *
 * Tools that the configuration does not allow do not exist. A path that leads
 * upwards, or that no pattern of `pathWhitelist` allows, is refused; and so is
 * every call when the client that gave the pipeline may not use the store.
 */
export function startFilesystem(context: TaskContext): NodeTask {
  const read = configReader(context);
  const allowed = pathRule(read);
  const work = fileWork(context.files);
  const names = Object.keys(FLAGS) as (keyof typeof FLAGS)[];
  const tools = names
    .filter((name) => read.flag(FLAGS[name], name !== "delete_file"))
    .map((name): Tool => ({
      ...describedTool(name),
      invoke: (args) => work[name](allowed(args.path), args),
    }));
  const calls = toolCalls(context.id, tools);
  return {
    instance: (pipe) => ({
      invoke: (call) => {
        pipe.signal.throwIfAborted();
        return calls(call);
      },
    }),
  };
}

function fileWork(
  files: NodeFiles,
): Record<keyof typeof FLAGS, (path: string, args: Args) => Promise<object>> {
  return {
    read_file: async (path, { encoding, maxBytes = DEFAULT_BYTES }) => {
      const { bytes, size } = await files.read(path, numberOf(maxBytes));
      const content = encoding === "base64"
        ? base64(bytes)
        // A character that the limit cuts is left out.
        : new TextDecoder().decode(bytes, { stream: bytes.length < size });
      return { path, content, size };
    },
    write_file: async (path, { content }) => {
      const bytes = new TextEncoder().encode(textOf(content));
      await files.write(path, bytes);
      return { path, bytesWritten: bytes.length };
    },
    delete_file: async (path) => {
      await files.remove(path);
      return { path, deleted: true };
    },
    list_directory: async (path) => {
      const entries = await files.list(path);
      return { entries, count: entries.length };
    },
    create_directory: async (path) => {
      await files.makeDirectory(path);
      return { path, created: true };
    },
    stat_file: async (path) => {
      const found = await files.stat(path);
      return found ? { exists: true, ...found } : { exists: false };
    },
  };
}

/**
 * Read `pathWhitelist`.
 *
 * A pattern must match the beginning of a path, and end where a name ends: what
 * allows `docs` does not allow `docs-of-others`.
 *
 * @returns Gives a path in its one spelling; throws when it is not allowed.
 * @throws {ValidationException} A pattern is not valid.
 */
export function pathRule(read: ConfigReader): (path: unknown) => string {
  const patterns = readPatterns(
    read,
    "pathWhitelist",
    (source) => new RegExp(`^(?:${source})(?=/|$|(?<=/))`),
  );
  return (given) => {
    const path = storePath(given ?? "");
    // With and without a slash around, as people write directories.
    const spellings = [path, `/${path}`, `${path}/`, `/${path}/`];
    const allowed = patterns.length === 0 ||
      patterns.some((pattern) =>
        spellings.some((spelling) => pattern.test(spelling))
      );
    if (allowed) return path;
    throw new ExecutionException(`No pattern of 'pathWhitelist' allows it`, {
      code: "permission-denied",
    });
  };
}
