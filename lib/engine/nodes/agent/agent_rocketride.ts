import { randomUUID } from "../../../bytes.ts";
import { createQuestion } from "../../../../schema/question.ts";
import type {
  NodeInstance,
  NodeTask,
  PipeContext,
  TaskContext,
} from "../../node.ts";
import { messageOf } from "../../run/failure.ts";
import { configReader } from "../config_reader.ts";
import { describedTool, type Tool, toolCalls } from "./tools.ts";
import { type AgentRun, type AgentSettings, runWaves } from "./waves.ts";
import { textOf } from "../../text_of.ts";

const DEFAULT_WAVES = 10;

/**
 * Start `agent_rocketride`: answers questions with the help of tools.
 *
 * It controls one LLM, one memory and any number of tools. In waves the LLM
 * says which tools to use, at most eight at a time; what they answer is kept
 * in memory as `wave-N.rM`, and the LLM sees what it is made of. After
 * `max_waves` it must answer. Clients that follow the pipe get `thinking`
 * messages. A failure becomes the answer, and an error of the task.
 *
 * As a helper of another agent it is a tool itself: `run_agent`.
 *
 * @param maxWaves The most waves that an agent may be given in this engine.
 */
export function startAgent(context: TaskContext, maxWaves: number): NodeTask {
  const { id } = context;
  const read = configReader(context);
  const fallback = Math.min(DEFAULT_WAVES, maxWaves);
  const settings: AgentSettings = {
    description: read.text("agent_description", ""),
    instructions: read.texts("instructions"),
    maxWaves: read.number("max_waves", fallback, { min: 1, max: maxWaves }),
  };

  function instance(pipe: PipeContext): NodeInstance {
    let runs = 0;

    async function run(
      question: Parameters<typeof runWaves>[1],
    ): Promise<AgentRun> {
      const prefix = runs++ === 0 ? "" : `run-${runs}.`;
      try {
        return await runWaves(pipe, question, settings, prefix);
      } catch (error) {
        pipe.signal.throwIfAborted();
        const answer = messageOf(error);
        pipe.error(`Agent ${id}: ${answer}`);
        return { answer, waves: [] };
      }
    }

    const described = describedTool("run_agent");
    const runAgent: Tool = {
      ...described,
      description: settings.description || described.description,
      invoke: async ({ query, context }) => {
        const started_at = new Date().toISOString();
        const question = createQuestion({
          questions: [{ text: textOf(query) }],
          context: context === undefined
            ? []
            : [typeof context === "string" ? context : JSON.stringify(context)],
        });
        const { answer: content, waves: stack } = await run(question);
        const meta = {
          framework: "rocketride",
          agent_id: id,
          run_id: randomUUID(),
          started_at,
          ended_at: new Date().toISOString(),
        };
        return { content, meta, stack };
      },
    };

    return {
      on: {
        questions: async (question) => {
          const { answer } = await run(question);
          const expectJson = question.expectJson === true;
          await pipe.emit("answers", { answer, expectJson });
        },
      },
      invoke: toolCalls(id, [runAgent]),
    };
  }

  return { instance };
}
