import { assertEquals, assertStringIncludes } from "@std/assert";
import { ROOT } from "../support/read_tree.ts";
import { runProgram } from "../support/run_program.ts";

const FAULT = {
  id: 1,
  url: "https://example.com/advisory",
  title: "This package is bad",
  severity: "high",
  vulnerable_versions: "<1000",
};

Deno.test("deno task audit tells faults from none, and from not knowing", async (t) => {
  let reply = (): Response => new Response();
  let asked: Record<string, readonly string[]> = {};
  await using service = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen(): void {} },
    async (request) => {
      asked = await request.json();
      return reply();
    },
  );
  const registry = `http://127.0.0.1:${service.addr.port}/`;
  const cases: readonly (readonly [string, () => Response, number, string])[] =
    [
      ["no fault is known", () => Response.json({}), 0, "No known"],
      ["one is", () => Response.json({ ws: [FAULT] }), 1, FAULT.title],
      [
        "there is no such service",
        () => new Response("Method not allowed", { status: 405 }),
        2,
        "The audit service cannot be asked",
      ],
    ];
  for (const [name, answer, expected, words] of cases) {
    await t.step(name, async () => {
      reply = answer;
      const { code, stdout, stderr } = await runProgram(
        Deno.execPath(),
        ["run", "--allow-all", "test/package/audit.ts"],
        ROOT,
        { NPM_CONFIG_REGISTRY: registry },
      );
      assertEquals(code, expected, stdout + stderr);
      assertStringIncludes(stdout, words);
      assertEquals(asked.ws?.length, 1, "all packages are asked about");
    });
  }
});
