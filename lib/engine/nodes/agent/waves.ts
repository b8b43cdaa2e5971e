import { isRecord } from "../../../../schema/json.ts";
import {
  completeQuestion,
  type Question,
} from "../../../../schema/question.ts";
import { ExecutionException } from "../../../errors.ts";
import type { PipeContext } from "../../node.ts";
import { messageOf } from "../../run/failure.ts";
import { jsonOf } from "../fetch_body.ts";
import { askLlm } from "../llm/ask_llm.ts";
import prompts from "./prompts.json" with { type: "json" };
import {
  openToolbox,
  resolveReferences,
  type Toolbox,
  type ToolCall,
} from "./toolbox.ts";
import { recordOf, type ToolDescription } from "./tools.ts";
import { outline } from "./value_text.ts";

/** How an agent is set up. */
export interface AgentSettings {
  readonly description: string;
  readonly instructions: readonly string[];
  /** After how many waves it must answer. */
  readonly maxWaves: number;
}

/** What an agent came to. */
export interface AgentRun {
  /** Its answer, references resolved. */
  readonly answer: string;
  /** What it did in each wave, numbered from 1. */
  readonly waves: readonly {
    readonly wave: number;
    readonly thought: string;
    readonly tools: readonly string[];
  }[];
}

/** What an agent knows when it asks its model. */
interface WaveState extends AgentSettings {
  readonly question: Question;
  readonly tools: readonly ToolDescription[];
  /** Keys of results, and what each is made of. */
  readonly results: ReadonlyMap<string, string>;
  /** The model's notes of the wave before. */
  readonly scratch: string;
  /** What was wrong with its last reply; empty when nothing was. */
  readonly complaint: string;
}

/**
 * Let an agent answer a question: in each wave its model says which tools to
 * use, and reads what they answered, until it is done or no waves are left.
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
  const prefix = run || await freePrefix(toolbox);
  const waves: AgentRun["waves"][number][] = [];
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
    const { thought } = plan;
    const tools = plan.calls.map(({ tool }) => tool);
    const message = thought || `Wave ${wave}`;
    pipe.sse("thinking", { message, wave, tools });
    waves.push({ wave, thought, tools });
    state = await afterWave(state, plan, `${prefix}wave-${wave}`, toolbox);
    if (tools.length === 0) continue;
    const results = [...state.results.keys()];
    pipe.sse("thinking", { message: `Wave ${wave} is done`, results });
  }
  const last = await askLlm(
    pipe,
    ask(state, false, [prompts.last, prompts.memory]),
  );
  return { answer: await settled(asText(last)), waves };

  async function settled(answer: string): Promise<string> {
    try {
      return asText(await resolveReferences(answer, toolbox.recall));
    } catch (error) {
      pipe.signal.throwIfAborted();
      // The rest of the answer is still of use.
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
  const complaint = plan.calls.length === 0 ? prompts.complaint : "";
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

/** Another agent with the same memory may have used the plain keys. */
async function freePrefix(toolbox: Toolbox): Promise<string> {
  const keys = await toolbox.keys();
  const taken = keys.some((key) => key.startsWith("wave-"));
  return taken ? `after-${keys.length}.` : "";
}

/** What the model wants next. */
export type Plan =
  | { readonly done: true; readonly answer: string }
  | {
    readonly done: false;
    /** Shown to clients that follow the pipe. */
    readonly thought: string;
    /** What it wants to read in the next wave. */
    readonly scratch: string;
    /** Keys of results that it needs no more. */
    readonly remove: readonly string[];
    /** What is to be done now, all of it together. */
    readonly calls: readonly ToolCall[];
  };

/**
 * Read what a model replied to a wave. Models leave members out or write null,
 * so everything that is missing is empty; an answer counts even without
 * `done`, unless tools are called, too.
 */
export function readPlan(reply: unknown): Plan {
  if (!isRecord(reply)) return { done: true, answer: asText(reply) };
  const { tool_calls, done, thought, scratch, remove } = reply;
  const answer = reply.answer ?? undefined;
  const calls = (Array.isArray(tool_calls) ? tool_calls : []).flatMap(readCall);
  if (done === true || (calls.length === 0 && answer !== undefined)) {
    return { done: true, answer: asText(answer ?? "") };
  }
  return {
    done: false,
    thought: asText(thought ?? ""),
    scratch: asText(scratch ?? ""),
    remove: Array.isArray(remove) ? remove.map(String) : [],
    calls,
  };
}

function readCall(call: unknown): readonly ToolCall[] {
  if (!isRecord(call) || typeof call.tool !== "string") return [];
  const { tool, args } = call;
  // Models also write arguments as JSON text.
  return [{
    tool,
    args: recordOf(typeof args === "string" ? jsonOf(args) : args),
  }];
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function waveQuestion(state: WaveState): Question {
  const { tools, scratch, complaint } = state;
  const listed = tools.map(({ name, description, inputSchema }) =>
    `${name}: ${description} Arguments: ${JSON.stringify(inputSchema)}`
  );
  const ours = [
    prompts.plan,
    prompts.memory,
    { subtitle: "Tools", instructions: listed.join("\n") },
    { subtitle: "Your notes", instructions: scratch },
    { subtitle: "Mind", instructions: complaint },
  ];
  return ask(state, true, ours.filter(({ instructions }) => instructions));
}

function ask(
  { question, description, instructions, results }: WaveState,
  expectJson: boolean,
  ours: Question["instructions"],
): Question {
  const found = [...results].map(([key, made]) => `Result ${key}: ${made}`);
  const own = instructions.map((instructions) => ({
    subtitle: "Instruction",
    instructions,
  }));
  return completeQuestion({
    ...question,
    expectJson,
    role: [description, question.role].filter((text) => text).join("\n"),
    instructions: [...ours, ...own, ...question.instructions],
    context: [...question.context, ...found],
  });
}
