import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { JsonObject } from "../../schema/json.ts";
import type { EngineOptions } from "../../lib/engine/settings.ts";
import { withEngine } from "../support/engine_rig.ts";
import type { Body } from "../support/raw_client.ts";

/** What `rrext_validate` says about one component. */
async function inspected(
  component: unknown,
  options: EngineOptions = {},
): Promise<Body> {
  let body: Body;
  await withEngine([], async ({ client }) => {
    body = await client.ok("rrext_validate", { component });
  }, options);
  return body;
}

Deno.test("a component by itself is validated, and comes back as it was sent", async () => {
  const component = {
    id: "words",
    provider: "response_text",
    config: { laneName: "${ROCKETRIDE_NAME}" },
    input: [{ lane: "text", from: "elsewhere" }],
  };
  const env = { ROCKETRIDE_NAME: "body" };
  assertEquals(await inspected(component, { env }), {
    component,
    errors: [],
    warnings: [],
  });
});

Deno.test("faults of a component are reported, those of its connections are not", async () => {
  const errors = async (component: JsonObject): Promise<string[]> =>
    (await inspected(component)).errors.map(({ message }: Body) => message);
  assertEquals(await errors({ id: "a", provider: "nowhere", config: {} }), [
    "The service nowhere was not found",
  ]);
  assertEquals(await errors({ id: "a", provider: "tool_python", config: {} }), [
    "Node 'tool_python' exists in RocketRide but is not available in the " +
    "embedded engine (needs interpreter); connect to a server to run it",
  ]);
  assertEquals(await errors({ id: "a", provider: "parse" }), [
    "Component a missing 'config' object",
  ]);
  assertEquals(await errors({ provider: "parse", config: {} }), [
    "Component 'id' must be a non-empty string",
  ]);
  assertEquals(
    await errors({
      id: "a",
      provider: "guardrails",
      config: { profile: "lax" },
    }),
    ["Profile lax is not defined in guardrails"],
  );
  assertEquals(
    await errors({
      id: "a",
      provider: "question",
      config: {},
      input: [{ lane: "table", from: "elsewhere" }],
    }),
    ["Component a input lane table not found in service definition"],
  );
});

Deno.test("advice about a component is given, about a pipeline is not", async () => {
  const component = {
    id: "mask",
    provider: "anonymize_text",
    config: { note: "${ROCKETRIDE_MISSING}" },
  };
  const { warnings } = await inspected(component);
  assertEquals(warnings.map(({ id, ccode }: Body) => [id, ccode]), [
    ["mask", 75],
    ["mask", 75],
  ]);
  const [missing, limitation] = warnings.map(({ message }: Body) => message);
  assertEquals(
    missing,
    "Component mask uses ${ROCKETRIDE_MISSING}, which has no value",
  );
  assertEquals(limitation.startsWith("Anonymizer: The embedded"), true);
});

Deno.test("what is no component is refused, and nothing else breaks the engine", async () => {
  await withEngine([], async ({ client }) => {
    for (const component of [1, "text", [], true]) {
      assertEquals(
        await client.fails("rrext_validate", { component }),
        "Component must be an object",
      );
    }
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.constantFrom("id", "provider", "config", "input", "control", "x"),
          fc.jsonValue(),
        ),
        async (component) => {
          const body = await client.ok("rrext_validate", { component });
          assertEquals(Array.isArray(body.errors), true);
          assertEquals(Array.isArray(body.warnings), true);
        },
      ),
      { numRuns: 60 },
    );
  });
});
