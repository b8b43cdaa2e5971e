import { createEngine } from "../../lib/engine/mod.ts";
import {
  refusedJourney,
  requestUrl,
} from "../../lib/engine/access/admission.ts";
import { withoutKey } from "../../lib/engine/access/keys.ts";
import { readSettings } from "../../lib/engine/settings.ts";
import { readSchedule } from "../../lib/engine/deploy/schedule.ts";
import { pageOf } from "../../lib/engine/commands/paged.ts";
import { keyframeAfter } from "../../lib/engine/monitor/log_keyframe.ts";
import { pipelineHash } from "../../lib/engine/run/ids.ts";
import { shortened } from "../../lib/engine/monitor/shortened.ts";
import { readMask } from "../../lib/engine/monitor/monitors.ts";
import { placeOf } from "../../lib/engine/run/failure.ts";
import { laneWriter, routeFor } from "../../lib/engine/run/pipe.ts";
import {
  displayId,
  readObjectInfo,
  taskToken,
} from "../../lib/engine/run/ids.ts";
import { bodyFrames } from "../../lib/engine/serve/http/request_body.ts";
import { salvageSeq } from "../../lib/engine/serve/socket.ts";
import {
  secretsOf,
  withoutValues,
} from "../../lib/engine/pipeline/secrets_of.ts";
import { rawInProcess } from "../support/raw_client.ts";
import { settle } from "./client_readers.ts";
import { JSON_PIECES } from "./schema_readers.ts";
import { jsonList, type TextReader } from "./text_reader.ts";

const SETTINGS = readSettings({ auth: ["key"], corsOrigins: ["http://a"] });
const encoder = new TextEncoder();

/** One engine for all runs; made when the first of them needs it. */
let client: ReturnType<typeof rawInProcess> | undefined;

async function request(command: string, args: object): Promise<unknown> {
  if (!client) {
    client = rawInProcess(createEngine());
    await client.ok("auth", { auth: "key" });
  }
  return await client.request(command, args);
}

/** A list of components, with the one that data enters by. */
function components(
  size: number,
  component: (at: number) => object,
): string {
  return `{"source":"in","components":[` +
    `{"id":"in","provider":"webhook","config":{}},` +
    jsonList(size, component).slice(1) + "}";
}

function fed(at: number, from: string, more: object = {}): object {
  return {
    id: `c${at}`,
    provider: "prompt",
    config: {},
    input: [{ lane: "text", from }],
    ...more,
  };
}

const PIPELINES: TextReader["texts"] = {
  "a chain": (size) =>
    components(size, (at) => fed(at, at === 0 ? "in" : `c${at - 1}`)),
  "a cycle": (size) => {
    const count = Math.ceil(size / 80);
    return components(size, (at) => fed(at, `c${(at + count - 1) % count}`));
  },
  "many cycles": (size) => components(size, (at) => fed(at, `c${at}`)),
  "all from one": (size) => components(size, (at) => fed(at, "in")),
  "all from one that is fed by all": (size) =>
    components(size, (at) =>
      at === 0
        ? fed(0, "in", {
          input: Array.from({ length: size / 60 }, (_, from) => ({
            lane: "text",
            from: `c${from + 1}`,
          })),
        })
        : fed(at, "c0")),
  "one id": (size) => components(size, () => fed(0, "in")),
  "unknown providers": (size) =>
    components(size, (at) => fed(at, "in", { provider: `p${at}` })),
  "agents with helpers": (size) =>
    components(size, (at) =>
      fed(at, "in", {
        provider: "agent_rocketride",
        control: [{ classType: "llm", from: `c${at + 1}` }],
      })),
  "one with many faults": (size) =>
    `{"source":"in","components":[{"id":"${"a".repeat(size / 2)}",` +
    `"provider":"prompt","config":{},"input":${
      jsonList(size / 2, () => ({}))
    }}]}`,
  "placeholders that are never closed": (size) =>
    components(0, () => ({})).slice(0, -2) +
    `{"id":"a","provider":"prompt","config":{"a":"${
      "${ROCKETRIDE_A".repeat(size / 14)
    }"}}]}`,
  "placeholders of others": (size) =>
    components(0, () => ({})).slice(0, -2) +
    `{"id":"a","provider":"prompt","config":{"a":"${
      "${A}${".repeat(size / 6)
    }"}}]}`,
};

export const ENGINE_READERS: readonly TextReader[] = [
  {
    covers: ["lib/engine/commands/paged.ts#pageOf"],
    read: (text) =>
      pageOf([{ a: text }], {
        search: text,
        filters: { [text]: text, [`${text}__gte`]: text, a: text },
        sort: [{ field: text }],
      }, { searched: ["a"], order: { field: "a", dir: "asc" } }),
    pieces: ["_", "__gte"],
  },
  {
    covers: ["lib/engine/monitor/log_keyframe.ts#keyframeAfter"],
    read: (text) => {
      const body = { output: text };
      keyframeAfter([JSON.stringify({ event: "output", body })], undefined, 1);
    },
    pieces: ["a\n"],
  },
  {
    covers: ["lib/engine/run/ids.ts#pipelineHash"],
    read: (text) => pipelineHash({ components: [], [text]: text, name: text }),
    pieces: ["a"],
  },
  {
    covers: ["lib/engine/monitor/shortened.ts#shortened"],
    read: (text) => {
      const trace = { data: { text }, [text]: text };
      shortened({ body: { output: text, trace, text } }, {}, text.length);
    },
    pieces: ["a"],
  },
  {
    covers: [
      "lib/engine/commands/validate.ts#validate",
      "lib/engine/pipeline/component.ts#chooseSource",
      "lib/engine/pipeline/component.ts#isName",
      "lib/engine/pipeline/component.ts#listOf",
      "lib/engine/pipeline/component.ts#nameFault",
      "lib/engine/pipeline/component.ts#readComponents",
      "lib/engine/pipeline/component.ts#withoutNotes",
      "lib/engine/pipeline/graph.ts#connectedTo",
      "lib/engine/pipeline/graph.ts#edgesOf",
      "lib/engine/pipeline/graph.ts#reachable",
      "lib/engine/pipeline/graph.ts#topologicalOrder",
      "lib/engine/pipeline/graph.ts#findCycle",
      "lib/engine/pipeline/component.ts#readPipeline",
      "lib/engine/pipeline/advice.ts#advice",
    ],
    read: (text) => request("rrext_validate", { pipeline: JSON.parse(text) }),
    common: false,
    texts: PIPELINES,
  },
  {
    covers: [
      "lib/engine/pipeline/secrets_of.ts#withoutValues",
      "lib/engine/pipeline/secrets_of.ts#secretsOf",
    ],
    read: (text) => {
      const env = { ROCKETRIDE_A: "a", ROCKETRIDE_B: "aa" };
      secretsOf(["${ROCKETRIDE_A}"], [text], env);
      withoutValues(["${ROCKETRIDE_A}${ROCKETRIDE_B}"], env)(text);
    },
    common: false,
    pieces: ["a", "aa ", "aab", "${"],
  },
  {
    covers: ["lib/engine/deploy/schedule.ts#readSchedule"],
    read: (text) =>
      Promise.allSettled([
        readSchedule(text),
        readSchedule(`${text} * * * *`),
      ]),
    pieces: ["*,", "1-2,", "*/", "* ", "\t"],
  },
  {
    covers: ["lib/engine/monitor/monitors.ts#readMask"],
    read: (text) =>
      settle(
        () => readMask({ types: text }),
        () => readMask({ types: text.split(",") }),
      ),
    pieces: ["ALL,", "1,"],
  },
  {
    covers: [
      "lib/engine/run/failure.ts#describeFailure",
      "lib/engine/run/failure.ts#messageOf",
      "lib/engine/run/failure.ts#failureText",
      "lib/engine/run/failure.ts#placeOf",
    ],
    read: (text) => {
      const error = new Error();
      error.stack = text;
      placeOf(error);
      error.stack = `Error\n at ${text}`;
      placeOf(error);
    },
    pieces: [
      "1:",
      ":1",
      "a:1:1 ",
      "at ",
      "at async ",
      " [as ",
      "@",
      "\n at a",
      "new ",
      "a(b:1:1)\n",
    ],
  },
  {
    covers: [
      "lib/engine/run/pipe.ts#Pipe",
      "lib/engine/run/pipe.ts#laneWriter",
    ],
    read: async (text) => {
      for (const lane of ["text", "questions", "documents", "answers"]) {
        const writer = laneWriter(lane, "a/b", () => Promise.resolve());
        await writer.write(encoder.encode(text)).catch(() => {
          // Most texts are no record.
        });
      }
    },
    pieces: JSON_PIECES.slice(0, 8),
    texts: {
      "many documents": (size) => jsonList(size, () => ({})),
      "a question with many parts": (size) =>
        `{"questions":${jsonList(size, () => ({ text: "a" }))}}`,
    },
  },
  {
    covers: [
      "lib/engine/run/ids.ts#readObjectInfo",
      "lib/engine/run/ids.ts#taskToken",
      "lib/engine/run/ids.ts#publicToken",
      "lib/engine/run/ids.ts#displayId",
      "lib/engine/run/pipe.ts#routeFor",
    ],
    read: (text) => {
      readObjectInfo({ name: text, path: text }, text, () => "a");
      taskToken({ projectId: text, source: text, userId: text });
      displayId(text, text);
      return routeFor;
    },
    common: false,
    pieces: ["a/", "\u2028"],
  },
  {
    covers: [
      "lib/engine/access/admission.ts#refusedJourney",
      "lib/engine/access/admission.ts#requestUrl",
    ],
    read: (text) => {
      const value = text.replace(/[^\x21-\x7e]/g, "");
      const url = new URL("http://localhost/");
      for (const name of ["host", "origin"]) {
        const headers = new Headers({ [name]: value });
        refusedJourney(SETTINGS, { url, headers, address: "127.0.0.1" });
        requestUrl({ headers, url: url.href } as Request);
      }
    },
    pieces: ["a-", "[::", "http://", ":1", "%"],
  },
  {
    covers: ["lib/engine/access/keys.ts#withoutKey"],
    read: (text) => withoutKey({ notes: [text] }, "pk_a"),
    pieces: ["pk_a", "pk_"],
  },
  {
    covers: ["lib/engine/serve/socket.ts#salvageSeq"],
    read: (text) => [salvageSeq(text), salvageSeq(encoder.encode(text))],
    pieces: ['"seq"', '"seq" ', '"seq":1'],
  },
  {
    covers: ["lib/engine/serve/http/request_body.ts#bodyFrames"],
    read: async (text) => {
      const body = new Response(text).body;
      const hold = { take: () => {} };
      for await (const _ of bodyFrames(body, "text/plain", hold)) {
        // What comes does not matter.
      }
    },
    pieces: ["a\n"],
  },
];
