import type { JsonObject } from "../../../../schema/json.ts";
import { createQuestion } from "../../../../schema/question.ts";
import {
  defineNode,
  type NodeDefinition,
  type NodeField,
  type NodeInstance,
  type PipeContext,
  type TaskContext,
} from "../../node.ts";
import { messageOf } from "../../run/failure.ts";
import { configReader } from "../config_reader.ts";
import type { Tool } from "../tool/tool.ts";
import { toolCalls } from "../tool/tool_calls.ts";
import { type AgentRun, type AgentSettings, runWaves } from "./_run_waves.ts";

const FIELDS: readonly NodeField[] = [
  {
    name: "agent_description",
    type: "string",
    description: "Who the agent is; other agents read it, too.",
    default: "",
    optional: true,
  },
  {
    name: "instructions",
    type: "array",
    description: "What the agent is told to do.",
    default: [],
    optional: true,
  },
  {
    name: "max_waves",
    type: "integer",
    description: "After how many waves, 1 to 50, it must answer.",
    default: 10,
    optional: true,
  },
];

/** The most waves that an agent may be given. */
const MOST_WAVES = 50;
const DEFAULT_WAVES = 10;

/** Options of {@linkcode agentRocketrideNode}. */
export interface AgentOptions {
  /** The most waves that an agent may be given here; 50 when absent. */
  readonly maxWaves?: number | undefined;
}

const RUN_INPUT: JsonObject = {
  type: "object",
  properties: {
    query: { type: "string", description: "What the agent is asked." },
    context: { description: "What it should know for it." },
  },
  required: ["query"],
};

/**
 * The node `agent_rocketride`: answers questions with the help
 * of tools.
 *
 * It controls one LLM, one memory and any number of tools. In waves the LLM
 * says which tools to use, at most eight at a time; what they answer is kept
 * in memory as `wave-N.rM`, and the LLM sees what it is made of. After
 * `max_waves` it must answer. Whoever watches the pipe gets `thinking`
 * messages. What goes wrong becomes the answer, and an error of the task.
 *
 * As a helper of another agent it is a tool itself: `run_agent`.
 *
 * @param options See {@linkcode AgentOptions}.
 * @returns The definition.
 */
export function agentRocketrideNode(
  { maxWaves = MOST_WAVES }: AgentOptions = {},
): NodeDefinition {
  return defineNode({
    provider: "agent_rocketride",
    title: "RocketRide agent",
    description: "Answers questions in waves of tool calls that an LLM plans.",
    classType: ["agent"],
    lanes: { questions: ["answers"] },
    capabilities: ["INVOKE"],
    invoke: {
      llm: { description: "Plans and answers.", min: 1, max: 1 },
      memory: { description: "Keeps results.", min: 1, max: 1 },
      tool: { description: "What the agent may use.", min: 0 },
    },
    fields: FIELDS,
    start: (context: TaskContext) => {
      const read = configReader(context);
      const settings: AgentSettings = {
        description: read.text("agent_description", ""),
        instructions: read.texts("instructions"),
        maxWaves: read.number("max_waves", Math.min(DEFAULT_WAVES, maxWaves), {
          min: 1,
          max: maxWaves,
        }),
      };
      return { instance: (pipe) => instance(pipe, context.id, settings) };
    },
  });
}

function instance(
  pipe: PipeContext,
  id: string,
  settings: AgentSettings,
): NodeInstance {
  let runs = 0;
  const nextRun = (): string => runs++ === 0 ? "" : `run-${runs}.`;

  async function safely(work: () => Promise<AgentRun>): Promise<AgentRun> {
    try {
      return await work();
    } catch (error) {
      pipe.signal.throwIfAborted();
      const text = messageOf(error);
      pipe.error(`Agent ${id}: ${text}`);
      return { answer: text, waves: [] };
    }
  }

  const runAgent: Tool = {
    name: "run_agent",
    description: settings.description || "Ask an agent.",
    inputSchema: RUN_INPUT,
    invoke: async ({ query, context }) => {
      const started_at = new Date().toISOString();
      const question = createQuestion({
        questions: [{ text: String(query) }],
        context: contextOf(context),
      });
      const { answer: content, waves: stack } = await safely(() =>
        runWaves(pipe, question, settings, nextRun())
      );
      const meta = {
        framework: "rocketride",
        agent_id: id,
        run_id: crypto.randomUUID(),
        started_at,
        ended_at: new Date().toISOString(),
      };
      return { content, meta, stack };
    },
  };

  return {
    on: {
      questions: async (question) => {
        const { answer } = await safely(() =>
          runWaves(pipe, question, settings, nextRun())
        );
        const expectJson = question.expectJson === true;
        await pipe.emit("answers", { answer, expectJson });
      },
    },
    invoke: toolCalls(id, [runAgent]),
  };
}

function contextOf(context: unknown): readonly string[] {
  if (context === undefined || context === null) return [];
  return [typeof context === "string" ? context : JSON.stringify(context)];
}
