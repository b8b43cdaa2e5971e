import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { events, terminate, use } from "../../mod.ts";
import { runCommand, withCommand } from "../support/command.ts";
import { scriptedServer } from "../support/scripted_server.ts";
import { ADDRESS, logServer } from "../support/log_server.ts";

/** Answers with what it was asked, and all that was said before. */
const ECHO = {
  project_id: "echo",
  source: "in",
  components: [
    { id: "in", provider: "chat", config: {} },
    {
      id: "out",
      provider: "response_questions",
      config: {},
      input: [{ lane: "questions", from: "in" }],
    },
  ],
};

function lines(text: string): Record<string, unknown>[] {
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

Deno.test("chat answers a question of the command line, or each line of input", async () => {
  await withCommand(async ({ run }) => {
    const once = await run([
      ...["chat", "--local", "--pipeline", "chat.pipe.json"],
      ...["What", "is", "the", "capital of France?"],
    ]);
    assertEquals([once.code, once.stdout], [0, "Paris\n"], once.stderr);

    const piped = await run(["chat", "--json"], {
      env: { ROCKETRIDE_PIPELINE: "chat.pipe.json" },
      input: "capital of France\n\nand again\n",
    });
    assertEquals(piped.code, 0, piped.stderr);
    assertEquals(
      lines(piped.stdout).map(({ question, answer }) => [question, answer]),
      [["capital of France", "Paris"], ["and again", "Paris"]],
    );
    const neither = await run(["chat", "Hello"]);
    assertEquals(neither.code, 2);
  });
});

Deno.test("chat sends what was said before", async () => {
  await withCommand(async ({ run, session }) => {
    const { token } = await use(session, { pipeline: ECHO });
    const { stdout, stderr } = await run(["chat", "--json"], {
      env: { ROCKETRIDE_TOKEN: token },
      input: "one\ntwo\n",
    });
    const [first, second] = lines(stdout).map(({ result }) =>
      (result as { questions: { history: unknown[] }[] }).questions[0]
    );
    assertEquals(first?.history, [], stderr);
    assertEquals(second?.history.length, 2);
    assertEquals(second?.history[0], { role: "user", content: "one" });
  });
});

Deno.test("chat goes on after a question that failed, and exits with 1", async () => {
  await withCommand(async ({ run, session }) => {
    const pipeline = {
      source: "in",
      components: [{ id: "in", provider: "webhook", config: {} }],
    };
    const { token } = await use(session, { pipeline });
    const { code, stdout, stderr } = await run(
      ["chat", "--json", "--token", `${token}x`],
      { input: "one\ntwo\n" },
    );
    assertEquals(code, 1);
    assertEquals(lines(stdout).map((it) => Object.keys(it)), [
      ["error"],
      ["error"],
    ]);
    assertEquals(stderr.match(/^Error: /gm)?.length, 2);
  });
});

Deno.test("events prints lines or JSON, ends after a number, and keeps a log", async () => {
  await withCommand(async ({ run, start, session, cwd }) => {
    const seen = await events(session, "*", { types: ["dashboard"] });
    const command = start([
      ...["events", "TASK", "--count", "2", "--log", "log.jsonl", "--json"],
    ]);
    for await (const event of seen) {
      if (event.type !== "event") continue;
      if (event.body?.action === "monitor_changed") break;
    }
    await use(session, { pipeline: ECHO });
    const { code, stdout, stderr } = await command.outcome;
    assertEquals(code, 0, stderr);
    const printed = lines(stdout);
    assertEquals(
      printed.map(({ index, event }) => [index, event]),
      [[1, "apaevt_task"], [2, "apaevt_task"]],
    );
    const log = lines(await Deno.readTextFile(`${cwd}/log.jsonl`));
    assertEquals(log.map(({ type }) => type), [
      "init",
      "event",
      "event",
      "end",
    ]);
    assertEquals(log[1], { type: "event", ...printed[0] });

    const text = await run(["events", "task", "--count", "1"]);
    assert(/^\d\d:\d\d:\d\d\.\d{3} +1 {2}apaevt_task {2}/.test(text.stdout));
    const wrong = await run(["events", "sumary"]);
    assertEquals(wrong.code, 2, wrong.stdout);
    assertStringIncludes(wrong.stderr, "sumary");
  });
});

Deno.test("log reads what a server has recorded, and follows it", async () => {
  await using rig = await logServer({ way: "socket" });
  for (let at = 0; at < 3; at++) rig.emit("output", { output: `line ${at}\n` });
  const env = { ROCKETRIDE_URI: rig.server.uri() };
  const cwd = Deno.cwd();
  const { projectId, source } = ADDRESS;
  const read = await runCommand(["log", projectId, source, "--json"], {
    cwd,
    env,
  });
  assertEquals(read.code, 0, read.stderr);
  assertEquals(
    lines(read.stdout).map((it) => (it.body as { logSeq: number }).logSeq),
    [1, 2, 3],
  );
  const text = await runCommand(["log", projectId, source, "output"], {
    cwd,
    env,
  });
  assertStringIncludes(text.stdout, "00:16:40.100      1  output");
  const wrong = await runCommand(["log", "p", "in", "--since", "soon"], {
    cwd,
    env,
  });
  assertEquals(wrong.code, 2);
});

Deno.test("log reads what the embedded engine has recorded, event by event", async () => {
  await withCommand(async ({ run, session }) => {
    const task = await use(session, { pipeline: ECHO });
    await terminate(session, task);
    const { code, stdout, stderr } = await run(["log", "echo", "in", "--json"]);
    assertEquals(code, 0, stderr);
    const names = lines(stdout).map(({ event }) => event);
    assert(names.includes("apaevt_status_update"), names.join());
    const few = await run(["log", "echo", "in", "--json", "--count", "1"]);
    assertEquals(lines(few.stdout).length, 1);
    const runs = await run(["log", "echo", "in", "--runs"]);
    assert(/^BEGAN .*\n\d{4}-\d\d-\d\d /.test(runs.stdout), runs.stdout);
  });
});

Deno.test("log says that an older server keeps none", async () => {
  await using server = scriptedServer({});
  const { code, stderr } = await runCommand(["log", "p", "in"], {
    cwd: Deno.cwd(),
    env: { ROCKETRIDE_URI: server.uri() },
  });
  assertEquals(code, 1);
  assert(stderr.startsWith("Error: "), stderr);
});
