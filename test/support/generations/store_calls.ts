import * as store from "@rocketride/streams/store";
import type { Handler } from "../scripted_line.ts";
import { SILENCE } from "../scripted_server.ts";
import { give, reading } from "../store_server.ts";
import {
  type Answers,
  type Both,
  differs,
  PIPELINE,
  same,
  since,
} from "./generation.ts";

const CONTENT = new TextEncoder().encode('{"a":1}');
const BYTES = [...CONTENT];
const FILE: Answers = {
  "rrext_store fs_open": { handle: "h", size: CONTENT.length },
  "rrext_store fs_read": reading(CONTENT),
  "rrext_store fs_write": ({ arguments: args }) => ({
    bytesWritten: (args?.data as Uint8Array).length,
  }),
  "rrext_store fs_close": {},
};
const STAT = { exists: true, type: "file", size: 7, modified: 2 };

/** Two files behind their entries, of which one is not there. */
const many: Handler = (request, line) => {
  const data = new Uint8Array([0, 0, 0, 7, ...CONTENT, 0, 0, 0, 0]);
  line.send({
    type: "response",
    seq: 1,
    request_seq: request.seq,
    command: request.command,
    success: true,
    body: {
      entries: [{ path: "a", ok: true }, {
        path: "b",
        ok: false,
        error: "File not found: b",
      }],
    },
    arguments: { data },
  });
  return SILENCE;
};

/** One file that is there, and one that is not. */
const opening: Handler = ({ arguments: args }) => {
  if (args?.path === "a") return { handle: "h", size: CONTENT.length };
  throw new Error("File not found: b");
};

/** The content of a folder, on servers that keep documents as files. */
function folder(name: string): Answers {
  return {
    ...FILE,
    "rrext_store fs_list_dir": {
      entries: [{ name, type: "file", size: 7, modified: 2 }],
      count: 1,
    },
    "rrext_store fs_delete": {},
    "rrext_store fs_stat": STAT,
  };
}

const DOCUMENT = new TextEncoder().encode(JSON.stringify(PIPELINE));
const DOCUMENTS: Answers = {
  ...folder("a.json"),
  "rrext_store fs_open": { handle: "h", size: DOCUMENT.length },
  "rrext_store fs_read": (request, line) => {
    const { offset = 0 } = request.arguments as { offset?: number };
    give(line, request, DOCUMENT.subarray(offset));
    return SILENCE;
  },
};
const SUMMARY = { id: "a", name: "A", sources: [], totalComponents: 1 };
const OF_FILE = { id: "a", name: "a", sources: [], totalComponents: 1 };

/** The four functions of projects, or of templates. */
function documents(
  kind: "project" | "template",
  calls: readonly Both["ask"][],
): readonly Both[] {
  const [save, get, remove, list] = calls as [
    Both["ask"],
    Both["ask"],
    Both["ask"],
    Both["ask"],
  ];
  const files = { answers: DOCUMENTS };
  return [
    differs(save, {
      answers: { [`rrext_store save_${kind}`]: { version: "v1" } },
      gives: "v1",
    }, files),
    differs(get, {
      answers: {
        [`rrext_store get_${kind}`]: { pipeline: PIPELINE, version: "v1" },
      },
      gives: { pipeline: PIPELINE, version: "v1" },
    }, { ...files, gives: { pipeline: PIPELINE, version: undefined } }),
    differs(remove, {
      answers: { [`rrext_store delete_${kind}`]: { success: true } },
    }, files),
    differs(list, {
      answers: {
        [`rrext_store get_all_${kind}s`]: { [`${kind}s`]: [SUMMARY], count: 1 },
      },
      gives: [SUMMARY],
    }, { ...files, gives: [OF_FILE] }),
  ];
}

const [saveProject, getProject, deleteProject, getAllProjects] = documents(
  "project",
  [
    (session) => store.saveProject(session, "a", PIPELINE),
    (session) => store.getProject(session, "a"),
    (session) => store.deleteProject(session, "a"),
    (session) => store.getAllProjects(session),
  ],
) as [Both, Both, Both, Both];
const [saveTemplate, getTemplate, deleteTemplate, getAllTemplates] = documents(
  "template",
  [
    (session) => store.saveTemplate(session, "a", PIPELINE),
    (session) => store.getTemplate(session, "a"),
    (session) => store.deleteTemplate(session, "a"),
    (session) => store.getAllTemplates(session),
  ],
) as [Both, Both, Both, Both];

/** Newer servers keep the folder of saved logs for themselves. */
const reserved: Handler = () => {
  throw new Error("Access denied for scoped path");
};
const RESERVED: Both["new"] = {
  answers: {
    "rrext_store fs_open": reserved,
    "rrext_store fs_list_dir": reserved,
    "rrext_store fs_delete": reserved,
  },
  refuses: "permission-denied",
};
const LOG = { body: { startTime: 5 } };

/** The functions of the entry `./store`. */
export const STORE: Readonly<Record<string, Both>> = {
  list: differs(
    (session) => store.list(session),
    {
      answers: {
        "rrext_store fs_list_dir": {
          entries: [{ name: "a", type: "file", size: 7, modified: 2 }],
          count: 1,
        },
      },
      gives: [{ name: "a", type: "file", size: 7, modified: 2 }],
    },
    {
      answers: {
        "rrext_store fs_list_dir": {
          entries: [{ name: "@", type: "dir", virtual: true }],
          count: 1,
        },
      },
      gives: [{ name: "@", type: "dir", virtual: true }],
    },
  ),
  mkdir: same(
    (session) => store.mkdir(session, "a"),
    { "rrext_store fs_mkdir": {} },
  ),
  remove: same(
    (session) => store.remove(session, "a"),
    { "rrext_store fs_stat": STAT, "rrext_store fs_delete": {} },
  ),
  rename: same(
    (session) => store.rename(session, "a", "b"),
    { "rrext_store fs_rename": {} },
  ),
  stat: differs(
    (session) => store.stat(session, "@"),
    {
      answers: { "rrext_store fs_stat": { exists: false } },
      gives: undefined,
    },
    {
      answers: {
        "rrext_store fs_stat": { exists: true, type: "dir", virtual: true },
      },
      gives: { type: "dir", virtual: true },
    },
  ),
  readFile: same(
    async (session) => {
      const chunks = await Array.fromAsync(await store.readFile(session, "a"));
      return chunks.flatMap((it) => [...it]);
    },
    FILE,
    BYTES,
  ),
  readText: same(
    (session) => store.readText(session, "a"),
    FILE,
    '{"a":1}',
  ),
  readJson: same((session) => store.readJson(session, "a"), FILE, { a: 1 }),
  writeFile: same(
    async (session) => {
      const writer = (await store.writeFile(session, "a")).getWriter();
      await writer.write(CONTENT);
      await writer.close();
    },
    FILE,
  ),
  writeText: same((session) => store.writeText(session, "a", "x"), FILE),
  writeJson: same((session) => store.writeJson(session, "a", {}), FILE),
  getUrl: since(
    (session) => store.getUrl(session, "a"),
    { "rrext_store fs_geturl": { url: "https://a.example" } },
    "https://a.example",
  ),
  readMany: differs(
    async (session) => {
      const files = store.readMany(session, ["a", "b"]);
      return (await Array.fromAsync(files)).map((file) =>
        file.ok ? [...file.data] : file.error.code
      );
    },
    {
      answers: { ...FILE, "rrext_store fs_open": opening },
      gives: [BYTES, "file-not-found"],
    },
    {
      answers: { "rrext_store fs_read_many": many },
      gives: [BYTES, "file-not-found"],
    },
  ),
  saveLog: differs(
    (session) => store.saveLog(session, "p", "in", LOG),
    {
      answers: { "rrext_store save_log": { filename: "in-5.log" } },
      gives: "in-5.log",
    },
    RESERVED,
  ),
  getLog: differs(
    (session) => store.getLog(session, "p", "in-5.log"),
    { answers: { "rrext_store get_log": { contents: LOG } }, gives: LOG },
    RESERVED,
  ),
  listLogs: differs(
    (session) => store.listLogs(session, "p"),
    {
      answers: {
        "rrext_store list_logs": { logs: ["in-5.log"], total_pages: 1 },
      },
      gives: [{ name: "in-5.log" }],
    },
    RESERVED,
  ),
  deleteLog: differs(
    (session) => store.deleteLog(session, "p", "in-5.log"),
    { answers: folder("in-5.log") },
    {
      ...RESERVED,
      answers: { ...RESERVED.answers, "rrext_store fs_stat": reserved },
    },
  ),
  saveProject,
  getProject,
  deleteProject,
  getAllProjects,
  saveTemplate,
  getTemplate,
  deleteTemplate,
  getAllTemplates,
};
