import type { Doc } from "../../../../schema/doc.ts";
import type {
  AnswerPayload,
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
type Rule = (
  text: string,
  pipe: PipeContext,
) => unknown;

/** Rules by name, in the order in which they are checked. */
type Rules = readonly NamedRule[];

type NamedRule = readonly [name: string, rule: Rule];

interface Policy {
  readonly mode: "block" | "warn" | "log";
  readonly input: Rules;
  /** The documents that answers can rest on are those seen so far. */
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
 * The rules `prompt_injection` and `content_safety` need a judgement, which an
 * override makes. Without one, the first knows some phrases, and the second
 * finds nothing.
 */
export function guardrails(judge: NodeOverrides["guardrails"]): Start {
  return (context) => {
    const policy = readPolicy(context, judge);
    return { instance: (pipe) => instance(pipe, policy) };
  };
}

function instance(pipe: PipeContext, policy: Policy): NodeInstance {
  const seen: string[] = [];

  function keep(documents: readonly Doc[]): void {
    for (const { page_content } of documents) seen.push(page_content ?? "");
  }

  async function pass(
    side: "input" | "output",
    rules: Rules,
    text: string,
    go: () => Promise<void>,
  ): Promise<HandlerOutcome> {
    pipe.signal.throwIfAborted();
    const blocks = policy.mode === "block";
    let violated = false;
    for (const [name, rule] of rules) {
      const details = await rule(text, pipe);
      pipe.signal.throwIfAborted();
      if (details === undefined) continue;
      violated = true;
      if (policy.mode === "log") continue;
      const outcome = blocks ? "blocked" : "warning";
      pipe.warn(`Guardrails ${side} ${outcome}: ${name} — ${details}`);
    }
    if (blocks && violated) return "consume";
    await go();
  }

  return {
    on: {
      questions: (question) => {
        keep(question.documents);
        const texts = question.questions.map(({ text }) => text);
        const text = [...texts, ...question.context].join("\n");
        return pass(
          "input",
          policy.input,
          text,
          () => pipe.emit("questions", question),
        );
      },
      answers: (answer) =>
        pass(
          "output",
          policy.output(seen),
          textOf(answer),
          () => pipe.emit("answers", answer),
        ),
      documents: async (documents) => {
        keep(documents);
        await pipe.emit("documents", documents);
      },
    },
  };
}

function textOf({ answer }: AnswerPayload): string {
  return typeof answer === "string" ? answer : JSON.stringify(answer ?? "");
}

function readPolicy(
  context: TaskContext,
  judge: NodeOverrides["guardrails"],
): Policy {
  const { id, config } = context;
  const read = configReader(context);
  const judged = (
    rule: GuardContext["rule"],
    otherwise: Rule,
  ): NamedRule => [
    rule,
    judge
      ? (text, { signal }) => judge(text, { id, config, signal, rule })
      : otherwise,
  ];
  const input: NamedRule[] = [
    ...topicRules(read),
    ["input_length", lengthRule(read)],
  ];
  if (read.flag("enable_prompt_injection", true)) {
    input.unshift(judged("prompt_injection", injection));
  }
  const grounded = read.flag("enable_hallucination_check", false);
  const format = read.choice("expected_format", FORMATS);
  const output: NamedRule[] = [
    ["format_compliance", (text) => formatFault(text, format)],
  ];
  if (read.flag("enable_pii_detection", true)) {
    output.unshift(["pii_leak", personalData]);
  }
  if (read.flag("enable_content_safety", false)) {
    output.unshift(judged("content_safety", () => undefined));
  }
  return {
    mode: read.choice("policy_mode", ["warn", "block", "log"]),
    input,
    output: (seen) => {
      if (!grounded) return output;
      return [["hallucination", (text) => ungrounded(text, seen)], ...output];
    },
  };
}

function topicRules(read: ConfigReader): Rules {
  const topics = (name: string): readonly string[] =>
    read.texts(name).map((topic) => topic.trim().toLowerCase())
      .filter((topic) => topic !== "");
  const blocked = topics("blocked_topics");
  const allowed = topics("allowed_topics");
  const within = (text: string) => {
    const lower = text.toLowerCase();
    return (topic: string): boolean => lower.includes(topic);
  };
  const rule = "topic_restriction";
  return [
    [rule, (text) => {
      const found = blocked.filter(within(text));
      if (found.length === 0) return undefined;
      return `about the blocked ${found.length === 1 ? "topic" : "topics"} ${
        found.map((topic) => `'${topic}'`).join(", ")
      }`;
    }],
    [
      rule,
      (text) =>
        allowed.length === 0 || allowed.some(within(text))
          ? undefined
          : "about none of the allowed topics",
    ],
  ];
}

/** How many tokens a word counts for. */
const TOKENS_PER_WORD = 1.3;

function lengthRule(read: ConfigReader): Rule {
  const mostCharacters = read.number("max_input_length", 0, { min: 0 });
  const mostTokens = read.number("max_tokens_estimate", 0, { min: 0 });
  return (text) => {
    const words = text.split(/\s+/).filter((word) => word !== "").length;
    const over = [
      [codePoints(text), mostCharacters, "characters"],
      [Math.ceil(words * TOKENS_PER_WORD), mostTokens, "tokens or so"],
    ] as const;
    const faults = over.filter(([size, most]) => most > 0 && size > most)
      .map(([size, most, unit]) => `${size} ${unit}, more than ${most}`);
    return faults.length > 0 ? faults.join("; ") : undefined;
  };
}
