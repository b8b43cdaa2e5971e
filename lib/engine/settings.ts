import { randomUUID } from "../bytes.ts";
import { type Clock, systemClock } from "../async.ts";
import { checkOptions } from "../check.ts";
import type { Identity } from "./access/permissions.ts";
import { type EngineKey, readKeys } from "./access/keys.ts";
import { type EngineLimits, readLimits } from "./limits.ts";
import type { NodeDefinition } from "./node.ts";
import type { EmbeddingFunction } from "./nodes/retrieval/embedding.ts";
import type { LlmFunction, LlmReplyLine } from "./nodes/llm/llm_override.ts";
import type { NodeOverrides } from "./nodes/options.ts";
import type { ParserTable } from "./nodes/core/parse.ts";
import type { FileStore } from "./store/file_store.ts";
import { memoryStore } from "./store/memory_store.ts";

/** Options of {@linkcode createEngine}. */
export interface EngineOptions extends EngineLimits {
  /**
   * Nodes of your own, made with {@linkcode defineNode}; one with the
   * provider name of a built-in node replaces it.
   *
   * @default {[]}
   */
  readonly nodes?: readonly NodeDefinition[];
  /**
   * Parsers of your own for the node `parse`, by media type.
   *
   * @default {{}}
   */
  readonly parsers?: ParserTable;
  /**
   * What answers instead of every model, in every pipeline: a function, or a
   * script as `llm_mock` takes it. The LLM nodes then need no key and send
   * nothing, so that pipelines made for a server can be run in tests. Nodes
   * of your own are not touched. The models that pipelines name when absent.
   */
  readonly llm?: LlmFunction | readonly LlmReplyLine[];
  /**
   * What makes vectors instead of every embedding model, in every pipeline: a
   * function, or `words`, which needs no model and compares texts by the
   * words that they share. The embedding nodes then need no key and send
   * nothing. The models that pipelines name when absent.
   */
  readonly embedding?: EmbeddingFunction | "words";
  /**
   * Functions that do the work of nodes which can do it only in part here, by
   * provider, in every pipeline. What the nodes do by themselves when absent.
   */
  readonly overrides?: NodeOverrides;
  /**
   * Values for `${ROCKETRIDE_…}` in pipelines; those of a caller come first.
   * The process environment is never read.
   *
   * @default {{}}
   */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * The API keys that are accepted; one that is a string may do everything.
   * Without a list every key is accepted, as on a server that was not given
   * one. In process no key is needed either way: whoever holds the engine may
   * use it.
   */
  readonly auth?: readonly (string | EngineKey)[];
  /**
   * What a node does with a payload that it has answered on the same lane:
   * `clean` stops there; `engine` also passes the original on, as a server
   * does. A pipeline that gives one answer in `clean` may give two there.
   *
   * @default {"clean"}
   */
  readonly forwarding?: "clean" | "engine";
  /**
   * How the tokens of tasks are made: `server` derives them from project,
   * source and user as a server does, so that whoever knows these three has the
   * token; `random` makes new ones. A token carries at most what the key that
   * started its task may do, and nobody is told one that carries more than they
   * may do themselves.
   *
   * @default {"random" with `auth`, "server" without}
   */
  readonly tokens?: "server" | "random";
  /**
   * The user that tasks belong to; part of derived tokens.
   *
   * @default {"local"}
   */
  readonly userId?: string;
  /**
   * Where the files of clients are kept, see {@linkcode memoryStore} and
   * {@linkcode directoryStore}: one store for everybody, or what gives each
   * user one, and is asked once a user.
   *
   * @default {() => memoryStore()}
   */
  readonly store?: FileStore | ((userId: string) => FileStore);
  /**
   * Whether `rrext_services` also lists nodes of RocketRide that are not
   * here.
   *
   * @default {false}
   */
  readonly listUnsupported?: boolean;
  /**
   * The hosts that the node `tool_http_request` may ask, by name;
   * `*.example.com` stands for all below one. All when absent: an agent may
   * then reach whatever this process can reach.
   */
  readonly allowHosts?: readonly string[];
  /**
   * The origins whose pages may use the engine, by HTTP (also with cookies)
   * and by sockets, such as `https://app.example.com`. Requests of other pages
   * are refused with HTTP 403, except those of the engine's own origin; so are
   * pages without an origin (`null`). Programs send no `Origin` and pass.
   *
   * When absent, pages of any origin may use an engine with
   * {@linkcode EngineOptions.auth}, but without cookies, and only those of its
   * own origin one without. That one also refuses what comes from this machine
   * under a `Host` that is neither a name of this machine nor that of an origin
   * named here: anybody can point a name at it.
   */
  readonly corsOrigins?: readonly string[];
  /** HTTP for nodes. The platform's when absent. */
  readonly fetch?: typeof fetch;
  /** Where time comes from. The platform's when absent. */
  readonly clock?: Clock;
  /** Where random ids come from. The platform's when absent. */
  readonly randomUUID?: () => string;
  /**
   * Accepts a WebSocket upgrade, on platforms other than Deno, Bun, Node with
   * {@linkcode serveEngine}, and Workers: takes the request, gives the open or
   * opening socket and the response to return.
   */
  readonly upgrade?: Upgrade;
}

/** Accepts a WebSocket upgrade. */
export type Upgrade = (request: Request) => {
  /** The server's end of the socket. */
  readonly socket: WebSocket;
  /** What to answer the request with. */
  readonly response: Response;
  /**
   * Called when the client has logged in, and when it has gone: before that, a
   * server does well to take only little from it.
   */
  readonly onLogin?: (() => void) | undefined;
};

/** Options without a default. */
type Optional = "allowHosts" | "corsOrigins" | "embedding" | "llm" | "upgrade";

/** Options with every default in its place. */
export type Settings =
  & Required<Omit<EngineOptions, Optional | "auth" | "store">>
  & { readonly [Name in Optional]: EngineOptions[Name] | undefined }
  & {
    /** Who has which key; `undefined` when every key is accepted. */
    readonly auth: ReadonlyMap<string, Identity> | undefined;
    /** The store of a user. */
    readonly store: (userId: string) => FileStore;
  };

/**
 * Fill in defaults.
 *
 * @throws {RangeError} A number is out of range, or a key has a permission that
 * does not exist.
 * @throws {TypeError} An option has the wrong type or is malformed.
 */
export function readSettings(options: EngineOptions): Settings {
  const userId = options.userId ?? "local";
  for (const name of ["nodes", "auth", "allowHosts", "corsOrigins"] as const) {
    checkList(name, options[name]);
  }
  return {
    nodes: options.nodes ?? [],
    parsers: options.parsers ?? {},
    llm: options.llm,
    embedding: readEmbedding(options.embedding),
    env: options.env ?? {},
    auth: options.auth && readKeys(options.auth, userId),
    ...readLimits(options),
    overrides: readOverrides(options.overrides),
    forwarding: options.forwarding ?? "clean",
    tokens: options.tokens ?? (options.auth ? "random" : "server"),
    userId,
    store: readStore(options.store),
    listUnsupported: options.listUnsupported ?? false,
    allowHosts: options.allowHosts?.map(hostName),
    corsOrigins: options.corsOrigins?.map(originName),
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    clock: options.clock ?? systemClock(),
    randomUUID: options.randomUUID ?? randomUUID,
    upgrade: options.upgrade,
  };
}

function checkList(name: string, value: unknown): void {
  if (value === undefined || Array.isArray(value)) return;
  throw new TypeError(`Expected ${name} to be a list`);
}

function readStore(
  store: EngineOptions["store"] = () => memoryStore(),
): Settings["store"] {
  if (typeof store === "function") return store;
  if (typeof store?.look === "function") return () => store;
  throw new TypeError(
    "Cannot use store: expected one, such as directoryStore(path) makes",
  );
}

function readEmbedding(
  given: EngineOptions["embedding"],
): EngineOptions["embedding"] {
  const isKnown = given === undefined || given === "words" ||
    typeof given === "function";
  if (isKnown) return given;
  throw new TypeError(
    `Cannot use embedding of "${given}": must be "words" or a function`,
  );
}

function readOverrides(given: NodeOverrides = {}): NodeOverrides {
  checkOptions(given, "createEngine({ overrides: { anonymize_text } })", {
    anonymize_text: "function",
    guardrails: "function",
    preprocessor_code: "function",
  });
  return given;
}

/** The name of a host, checked; `*.` stands for all below. */
function hostName(given: string): string {
  const isName = /^(?:\*\.)?[^\s*/\\:@?#]+$|^\[[0-9a-f:.]+\]$/i.test(given);
  const bare = given.startsWith("*.") ? given.slice(2) : given;
  if (isName && bare !== "." && URL.canParse(`http://${bare}/`)) return given;
  throw new TypeError(
    `Cannot use "${given}" in allowHosts: must be the name of a host, ` +
      "perhaps after `*.`",
  );
}

/** An origin, checked: browsers send it in one spelling only. */
function originName(given: string): string {
  const parsed = URL.canParse(given) ? new URL(given) : undefined;
  const spelled = parsed && `${parsed.protocol}//${parsed.host}`;
  if (parsed?.host && spelled === given) return given;
  throw new TypeError(
    `Cannot use "${given}" in corsOrigins: must be an origin, such as ` +
      "https://app.example.com, with nothing behind it",
  );
}
