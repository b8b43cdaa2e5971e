/** A node of RocketRide that the embedded engine does not have. */
export interface UnsupportedNode {
  /** Its display name. */
  readonly title: string;
  /** Families it belongs to. */
  readonly classType: readonly string[];
  /** What it would need here. */
  readonly need: UnsupportedNeed;
}

/** What keeps a node out of the embedded engine. */
export type UnsupportedNeed =
  | "driver"
  | "files"
  | "framework"
  | "infrastructure"
  | "interpreter"
  | "later version"
  | "model"
  | "service";

/** Families: class, need, then `provider=title` or just `provider`. */
const FAMILIES: readonly (readonly [string, UnsupportedNeed, string])[] = [
  ["source", "files", "filesys=File system"],
  ["source", "service", "telegram=Telegram"],
  [
    "llm",
    "service",
    "llm_bedrock=Bedrock",
  ],
  ["text", "model", "ner=Entity recognition"],
  [
    "tool",
    "later version",
    "tool_pipe=Pipeline tool;" +
    "tool_chartjs=Chart.js",
  ],
  [
    "tool",
    "service",
    "tool_firecrawl=Firecrawl;" +
    "mcp_client=MCP client;tool_github=GitHub;tool_bland_ai=Bland AI",
  ],
  ["tool", "interpreter", "tool_python=Python"],
  ["tool", "driver", "tool_git=Git"],
  [
    "agent",
    "framework",
    "agent_langchain=LangChain agent;agent_crewai*=CrewAI agent;" +
    "agent_deepagent*=Deep agent",
  ],
  [
    "embedding",
    "model",
    "embedding_image=Image embedding;embedding_video=Video embedding",
  ],
  [
    "database",
    "driver",
    "db_mysql=MySQL;db_postgres=PostgreSQL;db_neo4j=Neo4j",
  ],
  ["search", "service", "search_exa=Exa search"],
  [
    "image",
    "model",
    "ocr=OCR;accessibility_describe=Describe for accessibility;" +
    "image_vision_*=Image vision",
  ],
  ["image", "driver", "image_cleanup=Image cleanup;thumbnail=Thumbnail"],
  ["audio", "model", "audio_transcribe=Transcription;audio_tts=Speech"],
  ["audio", "driver", "audio_player=Audio player"],
  ["video", "driver", "frame_grabber=Frame grabber"],
  ["video", "service", "twelvelabs=Twelve Labs"],
  ["data", "service", "llamaparse=LlamaParse;reducto=Reducto"],
  [
    "target",
    "files",
    "text-output=Text output;local-text-output=Local text output",
  ],
  [
    "infrastructure",
    "infrastructure",
    "remote=Remote;remote_server=Remote server;autopipe=Automatic pipe;" +
    "vectorizer=Vectorizer;indexer=Indexer;zip=Zip;null=Null",
  ],
];

/**
 * The nodes of RocketRide that are not here, by provider. A name that ends with `*` stands for all that begin like it.
 *
 * @returns The providers in the order of the catalogue.
 */
export function unsupportedNodes(): ReadonlyMap<string, UnsupportedNode> {
  return new Map(
    FAMILIES.flatMap(([classType, need, nodes]) =>
      nodes.split(";").map((node) => {
        const [provider = "", title = provider] = node.split("=");
        return [provider, { title, classType: [classType], need }] as const;
      })
    ),
  );
}

/**
 * Say why a node of RocketRide cannot run in the embedded engine.
 *
 * @param provider The provider's name.
 * @returns The whole text to refuse it with; `undefined` when RocketRide has
 * no such node, or the embedded engine has it too.
 */
export function unsupportedReason(provider: string): string | undefined {
  const need = [...unsupportedNodes()].find(([name]) =>
    name.endsWith("*")
      ? provider.startsWith(name.slice(0, -1))
      : provider === name
  )?.[1].need;
  return need && refusalText(provider, need);
}

/** What a run of such a node fails with. */
function refusalText(provider: string, need: UnsupportedNeed): string {
  return `Node '${provider}' exists in RocketRide but is not available in ` +
    `the embedded engine (needs ${need}); connect to a server to run it`;
}
