import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { getTaskStatus, listTasks, use } from "../../mod.ts";
import { runCommand, withCommand } from "../support/command.ts";

Deno.test("start leaves a task running, list and status show it, stop ends it", async () => {
  await withCommand(async ({ run, session, uri }) => {
    const started = await run(["start", "text.pipe.json", "--json"]);
    assertEquals(started.code, 0, started.stderr);
    const { token } = JSON.parse(started.stdout);
    assertEquals((await listTasks(session)).map((it) => it.token), [token]);

    const listed = await run(["list", "--json"]);
    assertEquals(
      JSON.parse(listed.stdout).tasks.map((it: { token: string }) => it.token),
      [token],
    );
    const table = await run(["list"]);
    assertStringIncludes(table.stdout, token);
    assert(table.stdout.startsWith("NAME"), table.stdout);

    const status = await run(["status", token, "--json"]);
    assertEquals(JSON.parse(status.stdout).completed, false);
    const lines = await run(["status"], { env: { ROCKETRIDE_TOKEN: token } });
    assertStringIncludes(lines.stdout, "online");
    assert(!lines.stdout.includes("pk_"), "it shows a key");
    assertStringIncludes(lines.stdout, `URL: ${uri}/webhook\n`);

    const stopped = await run(["stop", "--token", token, "--json"]);
    assertEquals(JSON.parse(stopped.stdout), { token, terminated: true });
    assertEquals(await listTasks(session), []);
    assertEquals((await run(["list"])).stdout, "No active tasks found\n");
  });
});

Deno.test("start takes its options to the engine", async () => {
  await withCommand(async ({ run, session }) => {
    const { code, stdout, stderr } = await run([
      ...["start", "--pipeline", "text.pipe.json", "--token", "tk_own"],
      ...["--name", "Named", "--threads", "2", "--args", "--json", "-x"],
    ]);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "Token: tk_own\n");
    const status = await getTaskStatus(session, "tk_own");
    assert(status.name.startsWith("Named."), status.name);
  });
});

Deno.test("a failure is one line and 1, wrong usage is 2, with --json a value", async () => {
  await withCommand(async ({ run, cwd }) => {
    const gone = await run(["stop", "tk_none"]);
    assertEquals([gone.code, gone.stdout], [1, ""]);
    assert(/^Error: .*\n$/.test(gone.stderr), gone.stderr);

    const json = await run(["stop", "tk_none", "--json"]);
    assertEquals(json.code, 1);
    assertEquals(
      `Error: ${JSON.parse(json.stdout).error.message}\n`,
      json.stderr.replace(/ — .*/, ""),
    );

    const file = await run(["stop", "tk_none", "--json=out.json"]);
    assertEquals([file.code, file.stdout], [1, ""]);
    const text = await Deno.readTextFile(`${cwd}/out.json`);
    assertEquals(JSON.parse(text), JSON.parse(json.stdout));

    for (
      const [args, word] of [
        [["bogus"], "unknown command 'bogus'"],
        [["statu"], "Did you mean status?"],
        [["start", "--thread", "4", "p.json"], "Did you mean --threads?"],
        [["start"], "A pipeline is missing"],
        [["stop"], "A task is missing"],
        [["start", "text.pipe.json", "--threads", "x"], '--threads "x"'],
        [
          ["start", "text.pipe.json", "--trace", "x"],
          "Allowed choices are none, metadata, summary, full",
        ],
        [["validate"], "missing required argument"],
        [["completion", "tcsh"], "Allowed choices are bash, zsh, fish"],
      ] as const
    ) {
      const { code, stderr, stdout } = await run(args);
      assertEquals([code, stdout], [2, ""], stderr);
      assertStringIncludes(stderr, word);
    }
    const misnamed = await run(["events", "bogus"]);
    assertEquals(misnamed.code, 2);
    assertStringIncludes(
      misnamed.stderr,
      'unknown event "bogus" — kinds are debugger, detail, summary, output',
    );
    const none = await run([]);
    assertEquals(none.code, 1);
    assertStringIncludes(none.stderr, "Commands:");
  });
});

Deno.test("advice names commands and options, not functions", async () => {
  await withCommand(async ({ run, cwd }) => {
    await Deno.writeTextFile(`${cwd}/a.json`, "{}");
    const gone = await run(["stop", "tk_none"]);
    assertStringIncludes(gone.stderr, "with: rocketride start");
    const upload = await run(["upload", "a.json", "--token", "tk_none"]);
    assertStringIncludes(upload.stderr, "with: rocketride start");
    const { stdout } = await run(["start", "text.pipe.json", "--json"]);
    const { token } = JSON.parse(stdout);
    const empty = await run(["upload", "a.json", "--token", token]);
    assertStringIncludes(empty.stderr, "run or send with another --type");
    const status = await run(["status", token]);
    const [warning = "", next] = status.stdout.split("\n")
      .filter((_, at, lines) => lines.slice(0, at).includes("warnings:"));
    assertStringIncludes(warning, "a.json of media type application/json");
    // The warning has no file and no line.
    assertEquals(next, "notes:");
    await run(["store", "write", "a/b.txt", "--content", "b"]);
    const full = await run(["store", "rm", "a"]);
    assertStringIncludes(full.stderr, "Use --recursive to remove");
  });
});

Deno.test("an engine that is not there, or wants a key, is said to be so", async () => {
  await withCommand(async ({ cwd, uri }) => {
    const absent = await runCommand(["list"], {
      cwd,
      env: { ROCKETRIDE_URI: "http://127.0.0.1:9" },
    });
    assertEquals(absent.code, 1);
    assertStringIncludes(absent.stderr, "is an engine running there?");

    const refused = await runCommand(["list", "--uri", uri], { cwd });
    assertEquals(refused.code, 1);
    assertStringIncludes(refused.stderr, "give --apikey");

    await Deno.writeTextFile(
      `${cwd}/.env`,
      `export ROCKETRIDE_URI=${uri}\nROCKETRIDE_APIKEY='right'\n`,
    );
    assertEquals((await runCommand(["list"], { cwd })).code, 0);
    // Real variables have precedence, and options before both.
    const env = { ROCKETRIDE_APIKEY: "wrong" };
    assertEquals((await runCommand(["list"], { cwd, env })).code, 1);
    const args = ["list", "--apikey", "right"];
    assertEquals((await runCommand(args, { cwd, env })).code, 0);
  }, { auth: ["right"] });
});

Deno.test("status and list print nothing that moves a terminal", async () => {
  await withCommand(async ({ run, session }) => {
    const name = "\x1b]0;title\x07evil\x1b[2J\nname";
    const pipeline = {
      name,
      source: "in",
      components: [{ id: "in", provider: "webhook", config: {} }],
    };
    const { token } = await use(session, { pipeline, name });
    for (const args of [["list"], ["status", token]]) {
      const { stdout } = await run(args);
      assertStringIncludes(stdout, "evil name");
      // deno-lint-ignore no-control-regex -- that is what must not be there
      assert(!/[\x00-\x09\x0b-\x1f]/.test(stdout), JSON.stringify(stdout));
    }
  });
});
