import type { JsonObject } from "../../../../schema/json.ts";
import {
  defineNode,
  type NodeDefinition,
  type NodeField,
  type NodeTask,
  type TaskContext,
} from "../../node.ts";
import { type ConfigReader, configReader } from "../config_reader.ts";
import { Collection } from "./collection.ts";
import { indexInstance } from "./index_instance.ts";
import { Room } from "./room.ts";
import { storeInstance } from "./store_instance.ts";
import { type MatchOperator, TextIndex } from "./text_index.ts";

/** Provider, title, default profile, then the presets' members by profile. */
type Row = readonly [string, string, string, Record<string, JsonObject>];

const LOCAL = { host: "localhost" };
const CLOUD = { host: "", apikey: "" };

const STORES: readonly Row[] = [
  ["qdrant", "Qdrant", "cloud", { local: LOCAL, cloud: CLOUD }],
  ["chroma", "Chroma", "local", { local: LOCAL, cloud: CLOUD }],
  ["milvus", "Milvus", "cloud", { local: LOCAL, cloud: CLOUD }],
  ["pinecone", "Pinecone", "serverless-dense", {
    "pod-based": { apikey: "", collection: "rocketride" },
    "serverless-dense": { apikey: "", collection: "rocketride" },
  }],
  ["weaviate", "Weaviate", "cloud", { local: LOCAL, cloud: CLOUD }],
  ["astra_db", "Astra DB", "cloud", { local: {}, cloud: {} }],
  ["mongodb+srv", "MongoDB Atlas", "default", { default: {} }],
  ["postgres", "PostgreSQL vectors", "local", {
    local: { collection: "rocketride" },
  }],
];

/** Those that can also be full-text indexes. */
const INDEXES: readonly Row[] = [
  ["elasticsearch", "Elasticsearch", "self-managed", {
    "self-managed": LOCAL,
    "cloud-hosted": CLOUD,
    "cloud-serverless": CLOUD,
  }],
  ["opensearch", "OpenSearch", "local", { local: LOCAL }],
];

const DEFAULT_COLLECTION = "ROCKETRIDE";
const DEFAULT_SCORE = 0.5;

const FIELDS: readonly NodeField[] = [
  {
    name: "collection",
    type: "string",
    description: "Which of the store's collections is used.",
    default: DEFAULT_COLLECTION,
    optional: true,
  },
  {
    name: "score",
    type: "number",
    description: "Documents that match less well, from 0 to 1, are left out.",
    default: DEFAULT_SCORE,
    optional: true,
  },
  {
    name: "host",
    type: "string",
    description: "Where the store is; not used here.",
    optional: true,
  },
  {
    name: "apikey",
    type: "string",
    description: "The key of the store; not used here.",
    secure: true,
    optional: true,
  },
];

const INDEX_FIELDS: readonly NodeField[] = [
  {
    name: "index",
    type: "string",
    description: "The same as 'collection', which goes before it.",
    optional: true,
  },
  {
    name: "mode",
    type: "string",
    description: "A full-text index if it is index, else a vector store.",
    optional: true,
  },
  {
    name: "matchOperator",
    type: "string",
    description: "Which words of a query a text must have: any, all, or all " +
      "in a row.",
    default: "or",
    enum: ["or", "and", "exact"],
    optional: true,
  },
];

/** What tasks share, by provider and name. */
interface Shelves {
  readonly collections: Map<string, Collection>;
  readonly indexes: Map<string, TextIndex>;
  readonly room: Room;
}

/**
 * Vector stores under the names of RocketRide's, all of them in memory.
 *
 * What one task puts into a collection, every task of the engine finds in the
 * collection of that name, until the engine is closed. All of them together
 * take 512 MiB at most; what goes beyond fails the write. Nothing of the store
 * is asked for: neither host nor key matter. `elasticsearch` and `opensearch`
 * in the mode `index` keep texts instead, and find those with the same words.
 *
 * @returns Their definitions.
 */
export function storeNodes(): readonly NodeDefinition[] {
  const shelves: Shelves = {
    collections: new Map(),
    indexes: new Map(),
    room: new Room(),
  };
  return [
    ...STORES.map((row) => storeNode(row, shelves)),
    ...INDEXES.map((row) => indexNode(row, shelves)),
  ];
}

function storeNode(
  [provider, title, preset, profiles]: Row,
  shelves: Shelves,
): NodeDefinition {
  return defineNode({
    provider,
    title,
    description: "Keeps documents with vectors, and finds those that match.",
    classType: ["store"],
    lanes: {
      documents: [],
      questions: ["documents", "answers", "questions"],
    },
    preconfig: { default: preset, profiles },
    fields: FIELDS,
    limitation: "In-memory substitute: documents are kept by this engine " +
      "alone, until it is closed.",
    start: (context: TaskContext) => {
      const read = configReader(context);
      return vectorStore(provider, read, shelves);
    },
  });
}

function indexNode(row: Row, shelves: Shelves): NodeDefinition {
  const store = storeNode(row, shelves);
  const { provider } = store;
  return {
    ...store,
    lanes: {
      text: [],
      documents: [],
      questions: ["text", "documents", "answers", "questions"],
    },
    fields: [...FIELDS, ...INDEX_FIELDS],
    start: (context: TaskContext) => {
      const read = configReader(context);
      const { mode } = context.config;
      // Forms have a switch for it.
      if (mode !== "index" && mode !== false) {
        return vectorStore(provider, read, shelves);
      }
      const operators: MatchOperator[] = ["or", "and", "exact"];
      const operator = read.choice("matchOperator", operators);
      const key = keyOf(provider, read);
      const index = (): TextIndex =>
        shelved(shelves.indexes, key, () => new TextIndex(shelves.room));
      return { instance: (pipe) => indexInstance(pipe, index(), operator) };
    },
  };
}

function vectorStore(
  provider: string,
  read: ConfigReader,
  { collections, room }: Shelves,
): NodeTask {
  const range = { min: 0, max: 1, fraction: true };
  const least = read.number("score", DEFAULT_SCORE, range);
  const key = keyOf(provider, read);
  const collection = (): Collection =>
    shelved(collections, key, () => new Collection(room));
  return { instance: (pipe) => storeInstance(pipe, collection(), least) };
}

function keyOf(provider: string, read: ConfigReader): string {
  const name = read.text("collection", read.text("index", DEFAULT_COLLECTION));
  return JSON.stringify([provider, name]);
}

function shelved<T>(shelf: Map<string, T>, key: string, make: () => T): T {
  const found = shelf.get(key) ?? make();
  shelf.set(key, found);
  return found;
}
