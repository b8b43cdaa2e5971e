import { assertEquals, assertStringIncludes } from "@std/assert";
import { listTasks } from "../../mod.ts";
import { runCommand, withCommand } from "../support/command.ts";
import { everyWay } from "../support/command_ways.ts";
import { scriptedServer } from "../support/scripted_server.ts";
import { tempFolder } from "../support/temp_folder.ts";

const DEPLOYMENT = {
  projectId: "reports",
  teamId: "t1",
  version: 3,
  state: "enabled",
  pipelineName: "Reports",
  deployedAt: 1_700_000_000,
  schedules: { in: { cron: "0 6 * * *", paused: false } },
};

const PIPELINE = {
  project_id: "reports",
  name: "Reports",
  source: "in",
  components: [{ id: "in", provider: "webhook", config: {} }],
};

function envelope(row: object): Record<string, unknown> {
  return { rows: [row], total: 1, page: 1, pageSize: 50 };
}

Deno.test("deploy works with a server of 1.5, verb by verb", async () => {
  await using folder = await tempFolder();
  const cwd = folder.path;
  await Deno.writeTextFile(`${cwd}/p.json`, JSON.stringify(PIPELINE));
  await using server = scriptedServer({
    "rrext_deploy add": () => ({
      artifact: { projectId: "reports", version: 4, pipelineName: "Reports" },
    }),
    "rrext_deploy versions": () =>
      envelope({ version: 3, publishedAt: 1_700_000_000, comment: "Faster" }),
    "rrext_deploy history": () =>
      envelope({ at: 1_700_000_000, action: "deploy", version: 3 }),
    "rrext_deploy artifact": () => PIPELINE,
    "rrext_deploy_pipe list": () => envelope(DEPLOYMENT),
    "rrext_deploy_pipe get": () => DEPLOYMENT,
    "rrext_deploy_pipe deploy": () => DEPLOYMENT,
    "rrext_deploy_pipe enable": () => DEPLOYMENT,
    "rrext_deploy_pipe disable": () => ({ ...DEPLOYMENT, state: "disabled" }),
    "rrext_deploy_pipe remove": () => ({ ...DEPLOYMENT, state: "removed" }),
    "rrext_deploy_pipe run": () => ({ token: "tk_run", version: 3 }),
    "rrext_deploy_pipe schedule_set": () => DEPLOYMENT,
    "rrext_deploy_pipe schedule_pause": () => DEPLOYMENT,
    "rrext_deploy_pipe schedule_resume": () => DEPLOYMENT,
    "rrext_deploy_pipe preview": ({ arguments: args }) =>
      args?.schedule === "bad"
        ? { valid: false, error: "5 fields expected", next: [] }
        : { valid: true, next: [1_700_000_000] },
    "rrext_deploy_app build_log": () => ({ log: "built\n" }),
  });
  const env = {
    ROCKETRIDE_DEPLOY_URI: server.uri(),
    ROCKETRIDE_DEPLOY_APIKEY: "deploy-key",
    ROCKETRIDE_URI: "http://127.0.0.1:9",
    ROCKETRIDE_APIKEY: "development-key",
  };
  const cases: readonly (readonly [string, string, string[]])[] = [
    ["add p.json --kind pipe --comment Faster", "Deployed pipe version v4", [
      "projectId",
      "version",
      "name",
    ]],
    ["list", "reports  v3", ["deployments", "total"]],
    ["get reports --team t1", "Schedule in: 0 6 * * * (active)", [
      "deployment",
    ]],
    ["versions reports", "Faster", ["versions", "total"]],
    ["history reports", "deploy", ["history", "total"]],
    ["publish reports 3 --team t1", "Published reports v3 to t1.", [
      "deployment",
    ]],
    ["run reports in", "Run started for reports/in: tk_run", [
      "token",
      "version",
    ]],
    ["artifact reports 3", '"components"', Object.keys(PIPELINE)],
    ["enable reports", "Deployment reports enabled.", ["deployment"]],
    ["disable reports", "Deployment reports disabled.", ["deployment"]],
    ["remove reports", "Deployment reports removed.", ["deployment"]],
    ["log acme.app 2", "built", ["appId", "version", "log"]],
    ["schedule set reports in @daily", "Schedule set for reports/in: @daily", [
      "deployment",
    ]],
    ["schedule set reports in none", "Schedule cleared", ["deployment"]],
    ["schedule pause reports in", "Schedule paused", ["deployment"]],
    ["schedule resume reports in", "Schedule resumed", ["deployment"]],
    ["schedule preview @daily", "Valid. Next 1 occurrence(s):", [
      "valid",
      "next",
    ]],
  ];
  for (const [words, line, members] of cases) {
    const args = ["deploy", ...words.split(" ")];
    const value = await everyWay(args, { cwd, env }, { shows: line });
    assertEquals(Object.keys(value), members, words);
  }
  const keys = server.requests.filter(({ command }) => command === "auth")
    .map(({ arguments: args }) => args?.auth);
  assertEquals(new Set(keys), new Set(["deploy-key"]));

  const node = ["deploy", "add", "p.json", "--kind", "node"];
  const refused = await runCommand(node, { cwd, env });
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.stderr, 'the kind "node"');

  const bad = ["deploy", "schedule", "preview", "bad"];
  const invalid = await runCommand(bad, { cwd, env });
  assertEquals(invalid.code, 1);
  assertStringIncludes(invalid.stdout, "Invalid: 5 fields expected");
  const version = ["deploy", "publish", "reports", "three"];
  assertEquals((await runCommand(version, { cwd, env })).code, 2);
});

Deno.test("deploy never falls back to the development server or its key", async () => {
  await using folder = await tempFolder();
  const cwd = folder.path;
  await using server = scriptedServer({});
  await using deploys = scriptedServer({
    "rrext_deploy_pipe list": () => envelope(DEPLOYMENT),
  });
  const env = {
    ROCKETRIDE_URI: server.uri(),
    ROCKETRIDE_APIKEY: "development-key",
  };
  const absent = await runCommand(["deploy", "list", "--json"], { cwd, env });
  assertEquals(absent.code, 1);
  assertStringIncludes(
    JSON.parse(absent.stdout).error.hint,
    "ROCKETRIDE_DEPLOY_URI",
  );
  assertEquals(server.requests, []);

  await runCommand(["deploy", "list"], {
    cwd,
    env: { ...env, ROCKETRIDE_DEPLOY_URI: deploys.uri() },
  });
  const keys = deploys.requests.filter(({ command }) => command === "auth")
    .map(({ arguments: args }) => args?.auth);
  assertEquals(keys.includes("development-key"), false);
  const far = await runCommand(["deploy", "list"], {
    cwd,
    env: { ...env, ROCKETRIDE_DEPLOY_URI: "https://deploy.invalid" },
  });
  assertStringIncludes(far.stderr, "ROCKETRIDE_DEPLOY_APIKEY");
});

Deno.test("deploy leads from a file to a run on the embedded engine", async () => {
  await withCommand(async ({ uri, cwd, session }) => {
    await Deno.writeTextFile(`${cwd}/p.json`, JSON.stringify(PIPELINE));
    const env = { ROCKETRIDE_DEPLOY_URI: uri };
    const run = async (words: string): Promise<Record<string, unknown>> => {
      const args = ["deploy", ...words.split(" "), "--json"];
      const { code, stdout, stderr } = await runCommand(args, { cwd, env });
      assertEquals(code, 0, stderr);
      return JSON.parse(stdout);
    };
    assertEquals((await run("add p.json --comment First")).version, 1);
    assertEquals((await run("versions reports")).total, 1);
    await run("publish reports 1");
    await run("schedule set reports in @daily");
    const { deployment } = await run("get reports");
    const { schedules } = deployment as typeof DEPLOYMENT;
    assertEquals(schedules.in.cron, "@daily");
    const { token } = await run("run reports in");
    const tasks = await listTasks(session);
    assertEquals(tasks.map((it) => it.token), [token]);
    assertEquals((await run("artifact reports 1")).name, "Reports");
    await run("remove reports");
  });
});
