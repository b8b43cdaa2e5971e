import type { JsonObject } from "../../../schema/json.ts";
import {
  defineNode,
  type NodeDefinition,
  type NodeField,
  type TaskContext,
} from "../node.ts";

interface SourceKind {
  readonly provider: "webhook" | "chat" | "dropper";
  readonly title: string;
  readonly description: string;
  readonly lanes: readonly string[];
  readonly ready: string;
  readonly urlText: string;
  readonly button?: string;
}

const WEBHOOK: SourceKind = {
  provider: "webhook",
  title: "Webhook",
  description:
    "Takes objects of any kind from clients: raw bytes on tags, or text, " +
    "questions and media on lanes of their own, as the media type says.",
  lanes: ["tags", "text", "audio", "video", "image", "questions"],
  ready: "Webhook ready - system is ready to accept requests",
  urlText: "Webhook interface URL",
};

const CHAT: SourceKind = {
  provider: "chat",
  title: "Chat",
  description: "Takes questions from clients.",
  lanes: ["questions"],
  ready: "Chat ready - system is ready to accept questions",
  urlText: "Chat interface URL",
  button: "Chat now",
};

const DROPPER: SourceKind = {
  provider: "dropper",
  title: "Dropper",
  description: "Takes files that are dropped on a page, as raw bytes.",
  lanes: ["tags"],
  ready: "Dropper ready - system is ready to process files",
  urlText: "Dropper interface URL",
  button: "Drop now",
};

const FIELDS: readonly NodeField[] = [
  { name: "hideForm", type: "boolean", default: true, optional: true },
  { name: "mode", type: "string", default: "Source", optional: true },
  { name: "parameters", type: "object", default: {}, optional: true },
];

/**
 * The sources `webhook`, `chat` and `dropper`.
 *
 * They do nothing but wait: what clients send is put on their lanes by the
 * engine, and goes through them unchanged.
 *
 * @returns Their definitions.
 */
export function sourceNodes(): readonly NodeDefinition[] {
  return [WEBHOOK, CHAT, DROPPER].map(sourceNode);
}

function sourceNode(kind: SourceKind): NodeDefinition {
  const { provider, title, description, lanes } = kind;
  return defineNode({
    provider,
    title,
    description,
    classType: ["source"],
    lanes: { _source: lanes },
    fields: FIELDS,
    start: (context: TaskContext) => {
      context.status(kind.ready);
      context.note(interfaceNote(kind, context.publicToken));
      return { instance: () => ({}) };
    },
  });
}

/**
 * How to reach the source. `{host}` stays literal: viewers fill
 * it in. The real engine also adds `token-text` and `token-key` with the
 * task's private token; whoever may read the status could then take the task
 * over, so they are left out here.
 */
function interfaceNote(kind: SourceKind, publicToken: string): JsonObject {
  const link = `{host}/${kind.provider}`;
  return {
    "url-text": kind.urlText,
    "url-link": link,
    "auth-text": "Public Authorization Key",
    "auth-key": publicToken,
    ...(kind.button && {
      "button-text": kind.button,
      "button-link": `${link}?auth=${publicToken}`,
    }),
  };
}
