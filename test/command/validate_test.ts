import { assertEquals, assertStringIncludes } from "@std/assert";
import { runCommand, withCommand } from "../support/command.ts";

const SOUND = {
  source: "in",
  components: [{ id: "in", provider: "webhook", config: {} }],
};

const MISSPELT = {
  pipeline: {
    source: "in",
    components: [
      { id: "in", provider: "webhook", config: {} },
      {
        id: "out",
        provider: "respons_text",
        config: {},
        input: [{ lane: "text", from: "in" }],
      },
    ],
  },
};

Deno.test("validate judges each file, with component, line and nearest name", async () => {
  await withCommand(async ({ run, cwd }) => {
    await Deno.mkdir(`${cwd}/p`);
    await Deno.writeTextFile(`${cwd}/p/sound.json`, JSON.stringify(SOUND));
    await Deno.writeTextFile(
      `${cwd}/p/misspelt.json`,
      JSON.stringify(MISSPELT, null, 2),
    );
    await Deno.writeTextFile(`${cwd}/p/broken.json`, '{\n  "source": in\n}');

    const lines = await run(["validate", "p/*.json"]);
    assertEquals(lines.code, 1, lines.stderr);
    assertStringIncludes(lines.stdout, "p/sound.json: valid\n");
    assertStringIncludes(lines.stdout, "p/misspelt.json: invalid\n");
    assertStringIncludes(lines.stdout, "(out, line 10)");
    assertStringIncludes(lines.stdout, '"response_text"');
    assertStringIncludes(
      lines.stdout,
      "line 2, column 13: Invalid symbol\n",
    );
    assertStringIncludes(
      lines.stdout,
      "Summary: 3 file(s), 1 valid, 2 invalid\n",
    );

    const json = await run(["validate", "--json", "p/sound.json", "p"]);
    const { files, summary } = JSON.parse(json.stdout);
    assertEquals(summary, { total: 3, valid: 1, invalid: 2 });
    assertEquals(files[0], {
      file: "p/sound.json",
      valid: true,
      errors: [],
      warnings: [{
        ccode: 75,
        message:
          "Pipeline has no reachable response node: results will be empty",
      }],
    });
  });
});

Deno.test("validate exits with 0, 1 and 2", async () => {
  await withCommand(async ({ run, cwd }) => {
    const codes = [
      await run(["validate", "text.pipe.json"]),
      await run(["validate", "text.pipe.json", "absent.json"]),
      await run(["validate", "absent.json"]),
      await runCommand(["validate", "text.pipe.json"], {
        cwd,
        env: { ROCKETRIDE_URI: "http://127.0.0.1:9" },
      }),
      await runCommand(["validate", "text.pipe.json", "--local"], { cwd }),
    ].map(({ code }) => code);
    assertEquals(codes, [0, 1, 2, 2, 0]);
  });
});
