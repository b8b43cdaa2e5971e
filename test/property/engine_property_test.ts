import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { compile, type Plan } from "../../lib/engine/pipeline/compile.ts";
import {
  type MonitorKey,
  Subscriptions,
} from "../../lib/engine/monitor/monitors.ts";
import { createRegistry } from "../../lib/engine/registry.ts";
import { Secrets } from "../../lib/protocol/secrets.ts";
import type { Pipeline, PipelineComponent } from "../../schema/pipeline.ts";
import { refusalPort, withEngine } from "../support/engine_rig.ts";
import type { RawClient } from "../support/raw_client.ts";
import { chain, entry, testNode } from "../support/test_nodes.ts";

/** Ids that would be mistaken for each other if they were joined with dots. */
const ID = fc.constantFrom("a", "a.b", "b", "b.a", "");

const SOURCE_KEY: fc.Arbitrary<MonitorKey> = fc.record({
  kind: fc.constant("source" as const),
  projectId: ID,
  source: fc.oneof(ID, fc.constant("*")),
  pipeId: fc.option(fc.nat(2), { nil: undefined }),
});

const MONITOR_KEY = fc.oneof(
  fc.constant<MonitorKey>({ kind: "all" }),
  SOURCE_KEY,
);

Deno.test("subscriptions agree with a table that replaces masks", () => {
  const call = fc.record({ key: MONITOR_KEY, mask: fc.nat(255) });
  const topic = fc.record({
    projectId: ID,
    source: ID,
    pipeId: fc.option(fc.nat(2), { nil: undefined }),
  });
  fc.assert(fc.property(fc.array(call), fc.array(topic), (calls, topics) => {
    const subscriptions = new Subscriptions();
    const table = new Map<string, { key: MonitorKey; mask: number }>();
    for (const { key, mask } of calls) {
      const text = JSON.stringify(key);
      const before = table.get(text)?.mask ?? 0;
      assertEquals(subscriptions.set(key, mask), mask & ~before);
      table.set(text, { key, mask });
    }
    for (const { projectId, source, pipeId } of topics) {
      const masks = [...table.values()].filter(({ key }) =>
        key.kind === "all" ||
        key.projectId === projectId && ["*", source].includes(key.source) &&
          [undefined, pipeId].includes(key.pipeId)
      ).map(({ mask }) => mask);
      const expected = masks.reduce((union, mask) => union | mask, 0);
      const found = subscriptions.maskFor({ projectId, source, pipeId });
      assertEquals(found, expected);
    }
  }));
});

/** A random graph without cycles: edges lead from lower to higher numbers. */
const GRAPH = fc.integer({ min: 1, max: 12 }).chain((size) => {
  const node = fc.nat(size - 1);
  const edge = fc.tuple(node, node, fc.boolean());
  return fc.record({
    size: fc.constant(size),
    edges: fc.array(edge, { maxLength: 30 }),
    order: fc.shuffledSubarray([...Array(size).keys()], {
      minLength: size,
      maxLength: size,
    }),
  });
});

interface Graph {
  readonly size: number;
  readonly edges: readonly (readonly [number, number, boolean])[];
  readonly order: readonly number[];
}

function pipelineOf({ edges, order }: Graph): Pipeline {
  const components = order.map((to): PipelineComponent => {
    const from = (control: boolean): string[] =>
      edges.filter((edge) => edge[1] === to && edge[2] === control)
        .filter(([from]) => from < to).map(([from]) => `n${from}`);
    return {
      id: `n${to}`,
      provider: to === 0 ? "entry" : "node",
      config: {},
      input: from(false).map((id) => ({ lane: "text", from: id })),
      control: from(true).map((id) => ({ classType: "llm", from: id })),
    };
  });
  return { components, source: "n0" };
}

/** What can be reached from the source, by brute force. */
function closure({ components }: Pipeline, controls: boolean): Set<string> {
  const reached = new Set(["n0"]);
  for (let pass = 0; pass < components.length; pass++) {
    for (const { id, input = [], control = [] } of components) {
      const feeders = controls ? [...input, ...control] : input;
      if (feeders.some(({ from }) => reached.has(from))) reached.add(id);
    }
  }
  return reached;
}

function planOf(pipeline: Pipeline): Plan {
  const registry = createRegistry(
    [entry(), testNode({ provider: "node" })],
    [],
  );
  return compile(pipeline, { id: "n0", provider: "entry" }, {
    registry,
    forwarding: "clean",
    secrets: new Secrets(),
    hide: (text) => text,
  });
}

Deno.test("a plan has exactly what can be reached, feeders first", () => {
  fc.assert(fc.property(GRAPH, (graph) => {
    const pipeline = pipelineOf(graph);
    const { nodes } = planOf(pipeline);
    const order = [...nodes.keys()];
    assertEquals(new Set(order), closure(pipeline, true));
    assertEquals(order.length, nodes.size);
    for (const { id, input = [], control = [] } of pipeline.components) {
      if (!nodes.has(id)) continue;
      for (const { from } of [...input, ...control]) {
        if (!nodes.has(from)) continue;
        assert(order.indexOf(from) < order.indexOf(id), `${from} before ${id}`);
      }
    }
    const driven = [...nodes.values()].filter(({ driven }) => driven);
    assertEquals(
      new Set(driven.map(({ id }) => id)),
      closure(pipeline, false),
    );
  }));
});

Deno.test("a plan has every connection, in the order of the document", () => {
  fc.assert(fc.property(GRAPH, (graph) => {
    const pipeline = pipelineOf(graph);
    for (const { id, targets, helpers } of planOf(pipeline).nodes.values()) {
      const listening = pipeline.components.flatMap((component) =>
        (component.input ?? []).filter(({ from }) => from === id)
          .map(() => component.id)
      );
      const controlled = pipeline.components.flatMap((component) =>
        (component.control ?? []).filter(({ from }) => from === id)
          .map(() => component.id)
      );
      assertEquals(targets.get("text") ?? [], listening);
      assertEquals(helpers.get("llm") ?? [], controlled);
    }
  }));
});

/** Something that one of two connections does with its pipes. */
const STEP = fc.record({
  who: fc.nat(1),
  what: fc.constantFrom("open", "close", "write", "reconnect"),
  which: fc.nat(9),
});

Deno.test("no pipe is ever shared, and ids are the lowest free ones", async () => {
  const script = fc.array(STEP, { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(script, async (steps) => {
      await withEngine([], async ({ connect, start }) => {
        const { token } = await start(
          chain("text", "a=entry", "b=response_all"),
        );
        const clients: RawClient[] = [await connect(), await connect()];
        const owners = new Map<number, number>();
        for (const { who, what, which } of steps) {
          const client = clients[who];
          if (!client) throw new Error("There are two clients");
          const args = { token, pipe_id: which, data: "x" };
          const refused = refusalPort(client, token);
          if (what === "reconnect") {
            await client.close();
            clients[who] = await connect();
            for (const [id, owner] of owners) {
              if (owner === who) owners.delete(id);
            }
          } else if (what === "open") {
            const open = { object: {}, mimeType: "text/plain", token };
            const { pipe_id } = await client.ok("rrext_process", {
              subcommand: "open",
              ...open,
            });
            let free = 0;
            while (owners.has(free)) free++;
            assertEquals(pipe_id, free);
            owners.set(pipe_id, who);
          } else if (owners.get(which) === who) {
            await client.ok("rrext_process", { subcommand: what, ...args });
            if (what === "close") owners.delete(which);
          } else {
            const verb = what === "close" ? "Close" : "Write";
            const message = what === "close"
              ? await refused.close(which)
              : await refused.write(which, "x");
            assertEquals(message, `${verb} pipe with id ${which} not found`);
          }
        }
      });
    }),
    { numRuns: 30 },
  );
});
