import type { JsonObject } from "../../../../schema/json.ts";
import type { NodeFiles } from "../../node.ts";
import { base64 } from "../base64.ts";
import type { Tool } from "../tool/tool.ts";
import type { PathRule } from "./_path_rule.ts";

/** A tool, and the member of the configuration that allows it. */
export interface FileTool extends Tool {
  /** The member. */
  readonly permission:
    | "allowRead"
    | "allowWrite"
    | "allowList"
    | "allowMkdir"
    | "allowStat"
    | "allowDelete";
}

const DEFAULT_BYTES = 262_144;
const MOST_BYTES = 4_194_304;

const PATH: JsonObject = {
  type: "string",
  description: "Names with slashes between them, from the root.",
};

/** The tools of `tool_filesystem`. */
export function fileTools(
  files: NodeFiles,
  allowed: PathRule,
): readonly FileTool[] {
  return [
    {
      name: "read_file",
      permission: "allowRead",
      description: "Read a file, or its beginning. `size` is that of the file.",
      inputSchema: schema({
        path: PATH,
        encoding: { type: "string", enum: ["utf-8", "base64"] },
        maxBytes: { type: "integer", minimum: 1, maximum: MOST_BYTES },
      }),
      invoke: async ({ path: given, encoding, maxBytes = DEFAULT_BYTES }) => {
        const path = allowed(given);
        const { bytes, size } = await files.read(path, Number(maxBytes));
        const content = encoding === "base64"
          ? base64(bytes)
          // A character that the limit cuts is left out.
          : new TextDecoder().decode(bytes, { stream: bytes.length < size });
        return { path, content, size };
      },
    },
    {
      name: "write_file",
      permission: "allowWrite",
      description: "Write a text to a file, in place of what was in it.",
      inputSchema: schema({ path: PATH, content: { type: "string" } }, [
        "path",
        "content",
      ]),
      invoke: async ({ path: given, content }) => {
        const path = allowed(given);
        const bytes = new TextEncoder().encode(String(content));
        await files.write(path, bytes);
        return { path, bytesWritten: bytes.length };
      },
    },
    {
      name: "delete_file",
      permission: "allowDelete",
      description: "Delete a file.",
      inputSchema: schema({ path: PATH }),
      invoke: async ({ path: given }) => {
        const path = allowed(given);
        await files.remove(path);
        return { path, deleted: true };
      },
    },
    {
      name: "list_directory",
      permission: "allowList",
      description: "List what is in a directory, the root unless it says so.",
      inputSchema: schema({ path: PATH }, []),
      invoke: async ({ path }) => {
        const entries = await files.list(allowed(path));
        return { entries, count: entries.length };
      },
    },
    {
      name: "create_directory",
      permission: "allowMkdir",
      description: "Make a directory, with those above it.",
      inputSchema: schema({ path: PATH }),
      invoke: async ({ path: given }) => {
        const path = allowed(given);
        await files.makeDirectory(path);
        return { path, created: true };
      },
    },
    {
      name: "stat_file",
      permission: "allowStat",
      description: "Tell whether there is a file or a directory, and its size.",
      inputSchema: schema({ path: PATH }),
      invoke: async ({ path }) => {
        const found = await files.stat(allowed(path));
        return found ? { exists: true, ...found } : { exists: false };
      },
    },
  ];
}

function schema(
  properties: JsonObject,
  required: readonly string[] = ["path"],
): JsonObject {
  return { type: "object", properties, required };
}
