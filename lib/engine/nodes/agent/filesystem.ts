import type { JsonObject } from "../../../../schema/json.ts";
import { ExecutionException } from "../../../errors.ts";
import { storePath } from "../../../protocol/store_path.ts";
import type { NodeFiles, NodeTask, TaskContext } from "../../node.ts";
import { base64 } from "../base64.ts";
import { type ConfigReader, configReader } from "../config_reader.ts";
import { type Args, readPatterns, type Tool, toolCalls } from "./tools.ts";

const DEFAULT_BYTES = 262_144;
const MAX_BYTES = 4_194_304;

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
  const tools = fileTools(context.files, pathRule(read))
    .filter(([flag]) => read.flag(flag, flag !== "allowDelete"))
    .map(([, tool]) => tool);
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

/** Each tool with the member of the configuration that allows it. */
function fileTools(
  files: NodeFiles,
  allowed: (path: unknown) => string,
): readonly (readonly [flag: string, tool: Tool])[] {
  const path: JsonObject = {
    type: "string",
    description: "Names with slashes between them, from the root.",
  };
  const tool = (
    name: string,
    description: string,
    work: (path: string, args: Args) => Promise<object>,
    more: JsonObject = {},
    required: readonly string[] = ["path"],
  ): Tool => ({
    name,
    description,
    inputSchema: { type: "object", properties: { path, ...more }, required },
    invoke: (args) => work(allowed(args.path), args),
  });
  return [
    [
      "allowRead",
      tool(
        "read_file",
        "Read a file, or its beginning. `size` is that of the file.",
        async (path, { encoding, maxBytes = DEFAULT_BYTES }) => {
          const { bytes, size } = await files.read(path, Number(maxBytes));
          const content = encoding === "base64"
            ? base64(bytes)
            // A character that the limit cuts is left out.
            : new TextDecoder().decode(bytes, { stream: bytes.length < size });
          return { path, content, size };
        },
        {
          encoding: { type: "string", enum: ["utf-8", "base64"] },
          maxBytes: { type: "integer", minimum: 1, maximum: MAX_BYTES },
        },
      ),
    ],
    [
      "allowWrite",
      tool(
        "write_file",
        "Write a text to a file, in place of what was in it.",
        async (path, { content }) => {
          const bytes = new TextEncoder().encode(String(content));
          await files.write(path, bytes);
          return { path, bytesWritten: bytes.length };
        },
        { content: { type: "string" } },
        ["path", "content"],
      ),
    ],
    [
      "allowDelete",
      tool("delete_file", "Delete a file.", async (path) => {
        await files.remove(path);
        return { path, deleted: true };
      }),
    ],
    [
      "allowList",
      tool(
        "list_directory",
        "List what is in a directory, the root unless it says so.",
        async (path) => {
          const entries = await files.list(path);
          return { entries, count: entries.length };
        },
        {},
        [],
      ),
    ],
    [
      "allowMkdir",
      tool(
        "create_directory",
        "Make a directory, with those above it.",
        async (path) => {
          await files.makeDirectory(path);
          return { path, created: true };
        },
      ),
    ],
    [
      "allowStat",
      tool(
        "stat_file",
        "Tell whether there is a file or a directory, and its size.",
        async (path) => {
          const found = await files.stat(path);
          return found ? { exists: true, ...found } : { exists: false };
        },
      ),
    ],
  ];
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
