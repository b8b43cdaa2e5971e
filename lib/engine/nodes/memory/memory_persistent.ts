import { defineNode, type NodeDefinition } from "../../node.ts";

const SETTINGS = {
  session_ttl_hours: 0,
  max_history: 100,
  auto_summarize: true,
};

/**
 * The node `memory_persistent`: lets questions and answers pass.
 *
 * It is meant to keep the history of a session. Questions have nothing that
 * would tell their session, so on a server, too, it keeps nothing.
 *
 * @returns The definition.
 */
export function memoryPersistentNode(): NodeDefinition {
  return defineNode({
    provider: "memory_persistent",
    title: "Persistent memory",
    description: "Lets questions and answers pass.",
    classType: ["memory"],
    lanes: { questions: ["questions"], answers: ["answers"] },
    replaces: true,
    preconfig: {
      default: "memory",
      profiles: { memory: SETTINGS, redis: SETTINGS, custom: SETTINGS },
    },
    fields: [
      {
        name: "session_ttl_hours",
        type: "integer",
        default: 0,
        optional: true,
      },
      { name: "max_history", type: "integer", default: 100, optional: true },
      {
        name: "auto_summarize",
        type: "boolean",
        default: true,
        optional: true,
      },
    ],
    limitation: "Nothing is kept: questions do not tell the session that " +
      "they belong to.",
    start: () => ({
      instance: (pipe) => ({
        on: {
          questions: (question) => pipe.emit("questions", question),
          answers: (answer) => pipe.emit("answers", answer),
        },
      }),
    }),
  });
}
