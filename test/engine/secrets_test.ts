import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { NodeDefinition, NodeTask } from "../../lib/engine/node.ts";
import type { Pipeline } from "../../schema/pipeline.ts";
import { withEngine } from "../support/engine_rig.ts";
import { chain, testNode } from "../support/test_nodes.ts";

const VARIABLE = "canary-variable-5d2b";
const LITERAL = "canary-literal-1c6f";
const OPTIONS = { env: { ROCKETRIDE_X: VARIABLE } };

/** A node that quotes its configuration whenever it can. */
function quoting(): NodeDefinition {
  return {
    ...testNode({ provider: "quoting", lanes: { text: ["text"] } }),
    start({ config, warn, status }): NodeTask {
      const text = JSON.stringify(config);
      warn(`warned of ${text}`);
      status(`at work with ${text}`);
      if (config.fail) throw new Error(`Cannot start with ${text}`);
      return {
        instance: ({ warn, error }) => ({
          on: {
            text(): never {
              warn(`warned again of ${text}`);
              error(`not well: ${text}`);
              throw new Error(`Failed with ${text}`);
            },
          },
        }),
      };
    },
  };
}

function pipeline(config: Record<string, unknown> = {}): Pipeline {
  const { components, ...rest } = chain(
    "text",
    "a=entry",
    "b=quoting",
    "c=response_all",
  );
  return {
    ...rest,
    project_id: "p",
    components: components.map((it) =>
      it.id === "b"
        ? {
          ...it,
          config: {
            url: "x://u:${ROCKETRIDE_X}@y",
            apikey: LITERAL,
            ...config,
          },
        }
        : it
    ),
  };
}

function assertHidden(shown: unknown): void {
  const text = JSON.stringify(shown);
  for (const secret of [VARIABLE, LITERAL]) {
    assert(!text.includes(secret), text);
  }
}

Deno.test("a node that quotes its configuration shows no variable and no key", async () => {
  await withEngine([quoting()], async ({ client, start }) => {
    await client.ok("rrext_monitor", { token: "*", types: ["ALL"] });
    const { token } = await start(pipeline(), { pipelineTraceLevel: "full" });
    const object = { name: "x" };
    const { pipe_id } = await client.ok("rrext_process", {
      subcommand: "open",
      object,
      mimeType: "text/plain",
      token,
    });
    const write = { subcommand: "write", pipe_id, token };
    const payload = new TextEncoder().encode("x");
    const refused = await client.fails("rrext_process", write, payload);
    assertStringIncludes(refused, "Failed with");
    const result = await client.ok("rrext_process", {
      subcommand: "close",
      pipe_id,
      token,
    });
    assertStringIncludes(result.error.message, "u:***@y");
    const status = await client.ok("rrext_get_task_status", { token });
    assertStringIncludes(status.warnings[0], "u:***@y");
    assertStringIncludes(status.status, "u:***@y");
    assertEquals(status.errors.length, 2);
    assertHidden([refused, result, status, client.received]);
  }, OPTIONS);
});

Deno.test("a node that cannot start shows no variable and no key", async () => {
  await withEngine([quoting()], async ({ client }) => {
    const refused = await client.fails("execute", {
      pipeline: pipeline({ fail: true }),
      token: "tk_fails",
    });
    assertStringIncludes(refused, "Cannot start with");
    const status = await client.ok("rrext_get_task_status", {
      token: "tk_fails",
    });
    assertStringIncludes(status.exitMessage, "u:***@y");
    assertHidden([refused, status]);
  }, OPTIONS);
});

Deno.test("a pipeline that is refused shows the placeholder, not what it stands for", async () => {
  await withEngine([quoting()], async ({ client, start }) => {
    const wrong = (provider: string): Pipeline => ({
      source: "a",
      components: [{ id: "a", provider, config: {} }],
    });
    for (const provider of ["${ROCKETRIDE_X}", "x-${ROCKETRIDE_X}"]) {
      const refused = await client.fails("execute", {
        pipeline: wrong(provider),
      });
      assertHidden(refused);
    }
    const { token } = await start(pipeline());
    const source = {
      ...pipeline(),
      components: [{ id: "a", provider: "${ROCKETRIDE_X}", config: {} }],
    };
    assertHidden(await client.fails("restart", { token, pipeline: source }));
  }, OPTIONS);
});
