import type { Doc } from "../../../../schema/doc.ts";
import type {
  HandlerOutcome,
  NodeInstance,
  PipeContext,
  TaskContext,
} from "../../node.ts";
import { type ConfigReader, configReader } from "../config_reader.ts";
import type { GuardContext, NodeOverrides, Start } from "../options.ts";
import { codePoints } from "../text_splitter.ts";
import {
  formatFault,
  FORMATS,
  injection,
  personalData,
  ungrounded,
} from "./guard_rules.ts";

/** Says why a text violates a rule; `undefined` when it does not. */
type Check = (text: string, signal: AbortSignal) => unknown;

type Rules = readonly (readonly [name: string, check: Check])[];

interface Policy {
  readonly mode: "block" | "warn" | "log";
  readonly input: Rules;
  /** @param seen The documents that answers can rest on. */
  output(seen: readonly string[]): Rules;
}

/**
 * The node `guardrails`: checks questions before a model sees them, and answers
 * before the client does.
 *
 * Documents go through and are what answers can rest on; those of a question
 * count, too. By `policy_mode` what violates a rule is kept back with a warning
 * of the task, goes on with one, or just goes on. A question that was kept back
 * leaves a result without answers, not a failure. Warnings name the rule, and
 * never quote the text.
 *
 * @param judge Judges where a rule needs a judgement. Without it,
 * `prompt_injection` knows some phrases, and `content_safety` finds nothing.
 */
export function guardrails(judge: NodeOverrides["guardrails"]): Start {
  return (context) => {
    const policy = readPolicy(context, judge);
    return { instance: (pipe) => instance(pipe, policy) };
  };
}

function instance(pipe: PipeContext, policy: Policy): NodeInstance {
  const seen: string[] = [];
  const keep = (documents: readonly Doc[]): void =>
    documents.forEach(({ page_content }) => seen.push(page_content ?? ""));

  async function check(
    side: "input" | "output",
    rules: Rules,
    text: string,
    pass: () => Promise<void>,
  ): Promise<HandlerOutcome> {
    const { signal } = pipe;
    signal.throwIfAborted();
    const outcome = policy.mode === "block" ? "blocked" : "warning";
    let violated = false;
    for (const [name, find] of rules) {
      const details = await find(text, signal);
      signal.throwIfAborted();
      if (details === undefined) continue;
      violated = true;
      if (policy.mode === "log") continue;
      pipe.warn(`Guardrails ${side} ${outcome}: ${name} — ${details}`);
    }
    if (violated && policy.mode === "block") return "consume";
    await pass();
  }

  return {
    on: {
      questions: (question) => {
        keep(question.documents);
        const texts = question.questions.map(({ text }) => text);
        const text = [...texts, ...question.context].join("\n");
        const pass = (): Promise<void> => pipe.emit("questions", question);
        return check("input", policy.input, text, pass);
      },
      answers: (payload) => {
        const { answer } = payload;
        const text = typeof answer === "string"
          ? answer
          : JSON.stringify(answer ?? "");
        const pass = (): Promise<void> => pipe.emit("answers", payload);
        return check("output", policy.output(seen), text, pass);
      },
      documents: async (documents) => {
        keep(documents);
        await pipe.emit("documents", documents);
      },
    },
  };
}

function readPolicy(
  context: TaskContext,
  judge: NodeOverrides["guardrails"],
): Policy {
  const { id, config } = context;
  const read = configReader(context);
  const judged = (rule: GuardContext["rule"], otherwise: Check): Check =>
    judge
      ? (text, signal) => judge(text, { id, config, signal, rule })
      : otherwise;
  /** A rule, if the flag for it is set. */
  const rule = (
    flag: string,
    fallback: boolean,
    name: string,
    check: Check,
  ): Rules => read.flag(`enable_${flag}`, fallback) ? [[name, check]] : [];

  const input = [
    ...rule(
      "prompt_injection",
      true,
      "prompt_injection",
      judged("prompt_injection", injection),
    ),
    ...topicRules(read),
    ["input_length", lengthCheck(read)] as const,
  ];
  const format = read.choice("expected_format", FORMATS);
  const output = [
    ...rule(
      "content_safety",
      false,
      "content_safety",
      judged("content_safety", () => undefined),
    ),
    ...rule("pii_detection", true, "pii_leak", personalData),
    ["format_compliance", (text: string) => formatFault(text, format)] as const,
  ];
  const grounded = read.flag("enable_hallucination_check", false);
  return {
    mode: read.choice("policy_mode", ["warn", "block", "log"]),
    input,
    output: (seen) =>
      grounded
        ? [["hallucination", (text) => ungrounded(text, seen)], ...output]
        : output,
  };
}

function topicRules(read: ConfigReader): Rules {
  const topics = (name: string): readonly string[] =>
    read.texts(name).map((topic) => topic.trim().toLowerCase())
      .filter((topic) => topic !== "");
  const blocked = topics("blocked_topics");
  const allowed = topics("allowed_topics");
  const among = (list: readonly string[], text: string): readonly string[] => {
    const lower = text.toLowerCase();
    return list.filter((topic) => lower.includes(topic));
  };
  return [
    ["topic_restriction", (text) => {
      const found = among(blocked, text).map((topic) => `'${topic}'`);
      return found.length > 0
        ? `about blocked topics: ${found.join(", ")}`
        : undefined;
    }],
    [
      "topic_restriction",
      (text) =>
        allowed.length > 0 && among(allowed, text).length === 0
          ? "about none of the allowed topics"
          : undefined,
    ],
  ];
}

/** How many tokens a word counts for. */
const TOKENS_PER_WORD = 1.3;

function lengthCheck(read: ConfigReader): Check {
  const mostCharacters = read.number("max_input_length", 0, { min: 0 });
  const mostTokens = read.number("max_tokens_estimate", 0, { min: 0 });
  return (text) => {
    const words = text.split(/\s+/).filter((word) => word !== "").length;
    const sizes = [
      [codePoints(text), mostCharacters, "characters"],
      [Math.ceil(words * TOKENS_PER_WORD), mostTokens, "tokens or so"],
    ] as const;
    const faults = sizes.filter(([size, most]) => most > 0 && size > most)
      .map(([size, most, unit]) => `${size} ${unit}, more than ${most}`);
    return faults.length > 0 ? faults.join("; ") : undefined;
  };
}
