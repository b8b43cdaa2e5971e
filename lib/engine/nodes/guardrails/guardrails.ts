import type { Doc } from "../../../../schema/doc.ts";
import type { JsonObject } from "../../../../schema/json.ts";
import {
  type AnswerPayload,
  defineNode,
  type HandlerOutcome,
  type NodeDefinition,
  type NodeField,
  type NodeInstance,
  type PipeContext,
} from "../../node.ts";
import { FORMATS } from "./_format.ts";
import { inputViolations } from "./_input_checks.ts";
import { outputViolations } from "./_output_checks.ts";
import { type Policy, readPolicy } from "./_policy.ts";
import type { Violation } from "./_violation.ts";

const PROFILES: Readonly<Record<string, JsonObject>> = {
  basic: preset("warn", { safety: false, grounding: false }),
  strict: {
    ...preset("block", { safety: true, grounding: true }),
    max_input_length: 50_000,
    max_tokens_estimate: 4_096,
  },
  custom: preset("warn", { safety: true, grounding: true }),
};

const FIELDS: readonly NodeField[] = [
  {
    name: "policy_mode",
    type: "string",
    description: "Whether what violates a rule is kept back (block), goes on " +
      "with a warning (warn), or goes on (log).",
    default: "warn",
    enum: ["block", "warn", "log"],
  },
  flag("enable_prompt_injection", "Look for attempts to give other orders."),
  flag("enable_content_safety", "Look for what may do harm in answers."),
  flag("enable_pii_detection", "Look for personal data in answers."),
  flag("enable_hallucination_check", "Let answers rest on the documents."),
  {
    name: "max_input_length",
    type: "integer",
    description: "The most characters of a question; 0 for any number.",
    default: 0,
  },
  {
    name: "max_tokens_estimate",
    type: "integer",
    description: "The most tokens of a question, estimated; 0 for any number.",
    default: 0,
  },
  {
    name: "expected_format",
    type: "string",
    description: "The format of answers; empty for any.",
    default: "",
    enum: FORMATS,
  },
  {
    name: "blocked_topics",
    type: "array",
    description: "What questions must not contain.",
    default: [],
    optional: true,
  },
  {
    name: "allowed_topics",
    type: "array",
    description: "What questions must contain one of.",
    default: [],
    optional: true,
  },
];

/**
 * The node `guardrails`: checks questions before a model sees
 * them, and answers before anybody does.
 *
 * Documents go through and are what answers can rest on; those of a question
 * count, too. By `policy_mode` what violates a rule is kept back with a
 * warning of the task, goes on with one, or just goes on; a question that was
 * kept back leaves a result without answers, not a failure. Warnings name the
 * rule, and never quote the text.
 *
 * The patterns are the embedded engine's own: what they find, and what they
 * miss, differs from a server.
 *
 * @returns The definition.
 */
export function guardrailsNode(): NodeDefinition {
  return defineNode({
    provider: "guardrails",
    title: "Guardrails",
    description:
      "Checks questions and answers: injected orders, topics, length, " +
      "personal data, harm, format, and whether answers rest on documents.",
    classType: ["guard"],
    lanes: {
      questions: ["questions"],
      answers: ["answers"],
      documents: ["documents"],
    },
    capabilities: ["EXPERIMENTAL"],
    replaces: true,
    preconfig: { default: "basic", profiles: PROFILES },
    fields: FIELDS,
    start: (context) => {
      const policy = readPolicy(context);
      return { instance: (pipe) => instance(pipe, policy) };
    },
  });
}

function instance(pipe: PipeContext, policy: Policy): NodeInstance {
  const seen: string[] = [];

  function keep(documents: readonly Doc[]): void {
    for (const { page_content } of documents) seen.push(page_content ?? "");
  }

  async function pass(
    side: "input" | "output",
    violations: readonly Violation[],
    go: () => Promise<void>,
  ): Promise<HandlerOutcome> {
    pipe.signal.throwIfAborted();
    const blocks = policy.mode === "block";
    for (const { rule, details } of policy.mode === "log" ? [] : violations) {
      const outcome = blocks ? "blocked" : "warning";
      pipe.warn(`Guardrails ${side} ${outcome}: ${rule} — ${details}`);
    }
    if (blocks && violations.length > 0) return "consume";
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
          inputViolations(text, policy),
          () => pipe.emit("questions", question),
        );
      },
      answers: (answer) =>
        pass(
          "output",
          outputViolations(textOf(answer), policy, seen),
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

function preset(
  policy_mode: string,
  { safety, grounding }: { safety: boolean; grounding: boolean },
): JsonObject {
  return {
    policy_mode,
    enable_prompt_injection: true,
    enable_content_safety: safety,
    enable_pii_detection: true,
    enable_hallucination_check: grounding,
    max_input_length: 0,
    max_tokens_estimate: 0,
    expected_format: "",
    blocked_topics: [],
    allowed_topics: [],
  };
}

function flag(name: string, description: string): NodeField {
  return { name, type: "boolean", description, default: true };
}
