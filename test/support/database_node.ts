import { defineNode, type NodeDefinition } from "../../lib/engine/node.ts";

/** A node that answers as databases do; it keeps the rows that it is given. */
export function databaseNode(): NodeDefinition {
  return defineNode({
    provider: "test_database",
    title: "Database",
    description: "Answers the tools of a database.",
    classType: ["database"],
    lanes: { questions: [] },
    start: () => {
      const sessions = new Set<string>();
      const ended = (id = ""): { ok: true } => {
        if (sessions.delete(id)) return { ok: true };
        throw new Error("unknown or expired transaction session");
      };
      const tools: Record<string, (args: Record<string, string>) => unknown> = {
        begin: () => {
          const session_id = `s${sessions.size + 1}`;
          sessions.add(session_id);
          return { session_id };
        },
        commit: ({ session_id }) => ended(session_id),
        rollback: ({ session_id }) => ended(session_id),
        dialect: () => ({ dialect: "postgres" }),
        execute: ({ sql, params }) => {
          return { rows: [{ sql, params: params ?? null }], affected_rows: 0 };
        },
      };
      return {
        instance: () => ({
          invoke: ({ op, args: { tool, args } }) =>
            op === "invoke" ? tools[`${tool}`]?.(args as never) : undefined,
        }),
      };
    },
  });
}
