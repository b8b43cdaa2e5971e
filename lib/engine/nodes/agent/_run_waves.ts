import type { Question } from "../../../../schema/question.ts";
import { ExecutionException } from "../../../errors.ts";
import type { PipeContext } from "../../node.ts";
import { messageOf } from "../../run/failure.ts";
import { askLlm } from "../llm/ask_llm.ts";
import { outline } from "./_outline.ts";
import { type Plan, readPlan } from "./_plan.ts";
import { resolveReferences } from "./_references.ts";
import { openToolbox, type Toolbox } from "./_toolbox.ts";
import {
  lastQuestion,
  waveQuestion,
  type WaveState,
} from "./_wave_question.ts";

/** How an agent is set up. */
export interface AgentSettings {
  /** Who it is. */
  readonly description: string;
  /** What it is told to do. */
  readonly instructions: readonly string[];
  /** After how many waves it must answer. */
  readonly maxWaves: number;
}

/** What an agent did in one wave. */
export interface WaveRecord {
  /** Which it was, from 1. */
  readonly wave: number;
  /** What the model thought. */
  readonly thought: string;
  /** The tools that it used. */
  readonly tools: readonly string[];
}

/** What an agent came to. */
export interface AgentRun {
  /** Its answer, references resolved. */
  readonly answer: string;
  /** What it did for it. */
  readonly waves: readonly WaveRecord[];
}

const COMPLAINT = "Your last reply neither used a tool nor was done. Do one.";

/**
 * Let an agent answer a question: in each wave its model says
 * what to do, and reads what came of it, until it is done or has no waves left.
 *
 * @param run What keys of this run begin with; empty for plain ones.
 * @throws {ExecutionException} The agent does not have the helpers it needs.
 * @throws What the model fails with.
 */
export async function runWaves(
  pipe: PipeContext,
  question: Question,
  settings: AgentSettings,
  run: string,
): Promise<AgentRun> {
  checkHelpers(pipe);
  const toolbox = await openToolbox(pipe);
  const prefix = await freePrefix(toolbox, run);
  const waves: WaveRecord[] = [];
  let state: WaveState = {
    ...settings,
    question,
    tools: toolbox.tools,
    results: new Map(),
    scratch: "",
    complaint: "",
  };
  const [asked] = question.questions;
  pipe.sse("thinking", { message: `Working on: ${asked?.text ?? ""}` });
  for (let wave = 1; wave <= settings.maxWaves; wave += 1) {
    const plan = readPlan(await askLlm(pipe, waveQuestion(state)));
    if (plan.done) return { answer: await settled(plan.answer), waves };
    const tools = plan.calls.map(({ tool }) => tool);
    const message = plan.thought || `Wave ${wave}`;
    pipe.sse("thinking", { message, wave, tools });
    waves.push({ wave, thought: plan.thought, tools });
    state = await afterWave(state, plan, `${prefix}wave-${wave}`, toolbox);
    if (tools.length === 0) continue;
    const results = [...state.results.keys()];
    pipe.sse("thinking", { message: `Wave ${wave} is done`, results });
  }
  const last = await askLlm(pipe, lastQuestion(state));
  const text = typeof last === "string" ? last : JSON.stringify(last);
  return { answer: await settled(text), waves };

  async function settled(answer: string): Promise<string> {
    try {
      const resolved = await resolveReferences(answer, toolbox.recall);
      return typeof resolved === "string" ? resolved : JSON.stringify(resolved);
    } catch (error) {
      pipe.signal.throwIfAborted();
      // The rest of the answer is worth having.
      pipe.warn(`An answer refers to what is not there: ${messageOf(error)}`);
      return answer;
    }
  }
}

async function afterWave(
  state: WaveState,
  plan: Plan & { done: false },
  name: string,
  toolbox: Toolbox,
): Promise<WaveState> {
  const results = new Map(state.results);
  for (const key of plan.remove) results.delete(key);
  const found = await toolbox.use(plan.calls);
  for (const [at, value] of found.entries()) {
    const key = `${name}.r${at + 1}`;
    await toolbox.put(key, value);
    results.set(key, `${plan.calls[at]!.tool} answered ${outline(value)}`);
  }
  const complaint = plan.calls.length === 0 ? COMPLAINT : "";
  return { ...state, results, scratch: plan.scratch, complaint };
}

function checkHelpers(pipe: PipeContext): void {
  if (pipe.helpers("llm").length !== 1) {
    throw new ExecutionException(
      "You must have 1, and only 1 llm node connected to your agent",
    );
  }
  if (pipe.helpers("memory").length !== 1) {
    throw new ExecutionException(
      "An agent requires a memory node: connect 1, and only 1",
    );
  }
}

/** Whoever shares the memory may have used the plain keys. */
async function freePrefix(toolbox: Toolbox, run: string): Promise<string> {
  if (run !== "") return run;
  const keys = await toolbox.keys();
  const taken = keys.some((key) => key.startsWith("wave-"));
  return taken ? `after-${keys.length}.` : "";
}
