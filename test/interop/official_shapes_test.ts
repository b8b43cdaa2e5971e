import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { readLogSegment } from "../../lib/events/log_segment.ts";
import type { Pipeline } from "../../schema/pipeline.ts";
import { diff } from "../../schema/pipeline_diff.ts";
import { ADDRESS } from "../support/log_server.ts";
import { pipeServer } from "../support/pipe_server.ts";
import {
  hasPython,
  installPython,
  runPython,
} from "../support/python_packages.ts";
import { tempFolder } from "../support/temp_folder.ts";

const VERSION = "1.5.0";
const python = await hasPython();
const missing = python ? "" : " (skipped: no Python with pip here)";

const name = fc.constantFrom("a", "b", "c", "z");
const leaf = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), name);
const inner = fc.dictionary(name, leaf, { maxKeys: 3 });
const record = fc.dictionary(
  name,
  fc.oneof(leaf, inner, fc.array(leaf, { maxLength: 2 })),
  { maxKeys: 4 },
);
const deleted = fc.array(name, { maxLength: 2 });
const delta = fc.tuple(
  fc.dictionary(
    name,
    fc.oneof(
      leaf,
      inner,
      fc.tuple(inner, deleted).map(([it, __deleted__]) => ({
        ...it,
        __deleted__,
      })),
    ),
    { maxKeys: 3 },
  ),
  deleted,
).map(([changes, __deleted__]) => ({ __delta__: { ...changes, __deleted__ } }));

const flow = fc.record({
  op: fc.constantFrom("begin", "enter", "leave", "end"),
  id: fc.integer({ min: 0, max: 1 }),
  component: name,
  trace: fc.oneof(
    fc.constant({}),
    fc.record({ lane: name, data: fc.oneof(record, delta) }),
  ),
}).map((body) => ({ event: "apaevt_flow", body }));
const event = fc.tuple(
  fc.oneof(
    flow,
    fc.oneof(record, delta).map((body) => ({
      event: "apaevt_status_update",
      body,
    })),
    record.map((body) => ({ event: "output", body })),
  ),
  fc.oneof(fc.constant({}), fc.record({ seq: fc.nat(), eventTime: fc.nat() })),
).map(([it, stamps]) => ({ ...it, ...stamps }));
const log = fc.tuple(
  record.map((status) => ({ type: "keyframe", status })),
  fc.array(event, { maxLength: 30 }),
).map(([keyframe, events]) => [keyframe, ...events]);

const connection = fc.record({ from: name, lane: name, classType: name });
const component = fc.record({
  provider: name,
  config: record,
  input: fc.array(connection, { maxLength: 2 }),
  control: fc.array(connection, { maxLength: 2 }),
  ui: fc.oneof(fc.constant(null), record),
}, { requiredKeys: ["provider"] });
const pipeline = fc.record({
  components: fc.dictionary(fc.constantFrom("n1", "n2", "n3"), component).map(
    (nodes) => Object.entries(nodes).map(([id, it]) => ({ id, ...it })),
  ),
  group: fc.dictionary(fc.constantFrom("m1", "m2"), component),
  version: fc.oneof(fc.integer({ min: 1, max: 2 }), fc.constant(null)),
  viewport: record,
}, { requiredKeys: ["components", "group"] }).map(({ group, ...it }) => {
  const members = Object.entries(group).map(([id, it]) => ({ id, ...it }));
  const config = { pipeline: { components: members } };
  const node = { id: "group", provider: "group", config };
  return { ...it, components: [...it.components, node] };
});
const pair = fc.tuple(pipeline, pipeline, fc.boolean());

/** The bodies that a log's part is decoded to here. */
async function decoded(lines: readonly unknown[]): Promise<unknown[]> {
  const data = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  await using server = await pipeServer({
    rrext_log: () => ({ data, nextOffset: null, final: true }),
  });
  const { session } = server;
  const items = readLogSegment(session, { ...ADDRESS, segment: 1 });
  const seen = await Array.fromAsync(items);
  return seen.slice(1).map((item) => item.type === "event" && item.body);
}

Deno.test({
  name: `logs and differences of pipelines are read as the official Python ` +
    `client ${VERSION} reads them${missing}`,
  ignore: !python,
  async fn(): Promise<void> {
    const logs = fc.sample(log, 200);
    const pairs = fc.sample(pair, 200);
    await using folder = await tempFolder();
    const path = `${folder.path}/given.json`;
    await Deno.writeTextFile(path, JSON.stringify({ logs, pairs }));
    const packages = await installPython(`rocketride==${VERSION}`);
    const program = `${import.meta.dirname}/official_shapes.py`;
    const official = JSON.parse(await runPython(packages, [program, path]));
    for (const [at, lines] of logs.entries()) {
      assertEquals(await decoded(lines), official.logs[at]);
    }
    for (const [at, [older, newer, includeLayout]] of pairs.entries()) {
      const found = diff(
        older as unknown as Pipeline,
        newer as unknown as Pipeline,
        {
          includeLayout,
        },
      );
      assertEquals(JSON.parse(JSON.stringify(found)), official.diffs[at]);
    }
  },
});
