/** Whether another service was asked. */
export type SpanKind = "internal" | "client";

/** A component without the number of its instance. */
function withoutNumber(component: string): string {
  return component.replace(/_\d+$/, "");
}

/** Starts of component ids, and what OpenTelemetry calls their work. */
const OPERATIONS: readonly (readonly [string, string, SpanKind])[] = [
  ["llm_", "chat", "client"],
  ["embedding_", "embeddings", "client"],
  ["agent_", "invoke_agent", "internal"],
  ["tool_", "execute_tool", "internal"],
];

/** Names of providers as OpenTelemetry has them, by what ids have in them. */
const PROVIDERS: Readonly<Record<string, string>> = {
  anthropic: "anthropic",
  bedrock: "aws.bedrock",
  deepseek: "deepseek",
  gemini: "gcp.gemini",
  mistral: "mistral_ai",
  openai: "openai",
  perplexity: "perplexity",
  watson: "ibm.watsonx.ai",
  xai: "x_ai",
};

function operationOf(
  component: string,
): (typeof OPERATIONS)[number] | undefined {
  return OPERATIONS.find(([start]) => component.startsWith(start));
}

/** Whether a component asks another service. */
export function kindOf(component: string): SpanKind {
  return operationOf(component)?.[2] ?? "internal";
}

/** What a component's span is called. */
export function nameOf(component: string): string {
  const [start = "", operation] = operationOf(component) ?? [];
  if (operation === undefined) return component || "component";
  return operation === "execute_tool"
    ? `${operation} ${withoutNumber(component).slice(start.length)}`
    : operation;
}

/** What is known of a component by its id. */
export function attributesOf(component: string): Record<string, string> {
  const attributes = { "rocketride.component": component };
  const [start = "", operation] = operationOf(component) ?? [];
  if (operation === undefined) return attributes;
  const service = withoutNumber(component).slice(start.length);
  const provider = Object.keys(PROVIDERS).find((it) => service.includes(it));
  return {
    ...attributes,
    "gen_ai.operation.name": operation,
    ...(start === "llm_" && provider !== undefined && {
      "gen_ai.provider.name": PROVIDERS[provider]!,
    }),
    ...(start === "tool_" && { "gen_ai.tool.name": service }),
  };
}

/** JSON text of content; nothing for what is nested too deep for it. */
export function jsonOf(content: unknown): string {
  try {
    return JSON.stringify(content);
  } catch {
    return "";
  }
}

/** Random bytes as hexadecimal digits. */
export function hex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(random, (it) => it.toString(16).padStart(2, "0")).join("");
}
