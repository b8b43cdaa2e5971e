import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import {
  COMMAND,
  runCommand,
  startProgram,
  withCommand,
} from "../support/command.ts";
import { everyWay } from "../support/command_ways.ts";
import { ROOT } from "../support/read_tree.ts";
import { mustRun } from "../support/run_program.ts";
import { scriptedServer } from "../support/scripted_server.ts";
import { tempFolder } from "../support/temp_folder.ts";

Deno.test("demo goes the whole way in one process", async () => {
  await using folder = await tempFolder();
  const cwd = folder.path;
  const { code, stdout, stderr } = await runCommand(["demo", "Hello", "you"], {
    cwd,
  });
  assertEquals(code, 0, stderr);
  assertEquals(stdout.match(/^✓/gm)?.length, 4);
  assertStringIncludes(stdout, "result.text:\nHello you\n");
  const json = await runCommand(["demo", "--json"], { cwd });
  assertStringIncludes(JSON.parse(json.stdout).result.text[0], "Titan");
});

Deno.test("new tells how to enter a folder, whatever its name", async () => {
  await using folder = await tempFolder();
  const cwd = folder.path;
  for (const name of ["my-app", "my app's é", "-x", "naïve", "a;b"]) {
    const { code, stdout, stderr } = await runCommand(["new", "--", name], {
      cwd,
    });
    assertEquals(code, 0, stderr);
    const [entering] = /^ {2}cd .*$/m.exec(stdout)!;
    const printed = await mustRun("sh", ["-c", `${entering} && pwd`], cwd);
    assertEquals(printed.trimEnd(), await Deno.realPath(`${cwd}/${name}`));
  }
});

for (const template of ["text", "document", "chat"]) {
  Deno.test(`new makes a program with the pipeline ${template} that runs on Deno`, async () => {
    await using folder = await tempFolder();
    const cwd = folder.path;
    const args = ["new", "my-app", "--runtime=deno", "--template", template];
    const { code, stdout, stderr } = await runCommand(args, { cwd });
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "deno task start");
    const app = `${cwd}/my-app`;
    // The package as it is here, in the place of the one that is published.
    const made = JSON.parse(await Deno.readTextFile(`${app}/deno.json`));
    assertEquals(made.imports, {
      "@rocketride/streams": `jsr:@rocketride/streams@^${config.version}`,
    });
    const own = Object.entries(config.exports).map(([entry, path]) => [
      config.name + entry.slice(1),
      new URL(path, ROOT).href,
    ]);
    const links = config.links.map((path) => new URL(path, ROOT).pathname);
    await Deno.writeTextFile(
      `${app}/deno.json`,
      JSON.stringify({
        ...made,
        imports: { ...config.imports, ...Object.fromEntries(own) },
        links,
        lock: false,
      }),
    );
    const printed = await mustRun(Deno.execPath(), [
      ...["task", "--quiet", "start"],
    ], app);
    assertStringIncludes(
      printed,
      { text: "Hello, pipeline!", document: "from a page", chat: "scripted" }[
        template
      ]!,
    );
    const validated = ["validate", "my-app/pipeline.json", "--local"];
    assertEquals((await runCommand(validated, { cwd })).code, 0);
    const again = await runCommand(args, { cwd });
    assertEquals(again.code, 1);
    assertStringIncludes(again.stderr, "already exists");
    assertEquals((await runCommand([...args, "--force"], { cwd })).code, 0);
  });
}

Deno.test("new is for what runs it, and takes the file that the package was installed from", async () => {
  await using folder = await tempFolder();
  const cwd = folder.path;
  const run = async (...args: string[]): Promise<string> => {
    const outcome = await runCommand(["new", ...args], { cwd });
    assertEquals(outcome.code, 0, outcome.stderr);
    return outcome.stdout;
  };
  const made = async (path: string): Promise<Record<string, unknown>> =>
    JSON.parse(await Deno.readTextFile(`${cwd}/${path}`));
  const { runtime } = JSON.parse(await run("first", "--json"));
  assertEquals(runtime, COMMAND[0] === Deno.execPath() ? "deno" : "node");
  await run("second", "--runtime=node");
  const version = { [config.name]: `^${config.version}` };
  assertEquals((await made("second/package.json")).dependencies, version);

  await Deno.writeTextFile(
    `${cwd}/package.json`,
    `{ "dependencies": { "${config.name}": "file:packed/streams-1.0.0.tgz" } }`,
  );
  const file = { [config.name]: "file:../../packed/streams-1.0.0.tgz" };
  for (const runtime of ["node", "bun", "worker", "deno"]) {
    await run(`apps/${runtime}`, `--runtime=${runtime}`);
    const { dependencies } = await made(`apps/${runtime}/package.json`);
    assertEquals(dependencies, file);
  }
  assertEquals((await made("apps/deno/deno.json")).imports, undefined);
  await Deno.writeTextFile(`${cwd}/package.json`, "{");
  await run("third", "--runtime=bun");
  assertEquals((await made("third/package.json")).dependencies, version);
});

Deno.test("new asks nobody where there is no terminal", async () => {
  await using folder = await tempFolder();
  const cwd = folder.path;
  const { code, stderr } = await runCommand(["new"], { cwd });
  assertEquals(code, 2);
  assertStringIncludes(stderr, "A folder is missing");
  const unnamed = await runCommand(["new", ""], { cwd });
  assertEquals(unnamed.code, 2);
  assertStringIncludes(unnamed.stderr, ". is this folder");
  const made = await runCommand(["new", "w", "--runtime=worker", "--json"], {
    cwd,
  });
  assertEquals(JSON.parse(made.stdout).files, [
    "pipeline.json",
    ".gitignore",
    ".dev.vars",
    "package.json",
    "wrangler.jsonc",
    "worker.ts",
  ]);
});

Deno.test("new makes a Worker that answers, and closes its session also after a failure", async () => {
  await withCommand(async ({ run, cwd, uri }) => {
    const made = await run(["new", "w", "--runtime=worker"]);
    assertEquals(made.code, 0, made.stderr);
    const env = { ROCKETRIDE_URI: uri, ROCKETRIDE_APIKEY: "local" };
    const post = async (): Promise<Response> => {
      const place = `${cwd}/w/${crypto.randomUUID()}.ts`;
      const pipeline = await Deno.readTextFile(`${cwd}/w/pipeline.json`);
      const worker = await Deno.readTextFile(`${cwd}/w/worker.ts`);
      // As a bundler does, which takes JSON without an attribute.
      const json = 'import pipeline from "./pipeline.json";';
      assertStringIncludes(worker, json);
      const code = worker.replace(json, `const pipeline = ${pipeline};`);
      const own = new URL("mod.ts", ROOT).href;
      await Deno.writeTextFile(place, code.replace(config.name, own));
      const { default: handler } = await import(place);
      const request = new Request(uri, { method: "POST", body: "Hello" });
      return await handler.fetch(request, env);
    };
    assertEquals((await (await post()).json()).text, ["Hello\n\n"]);
    const file = `${cwd}/w/pipeline.json`;
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, text.replace('"webhook"', '"webhok"'));
    const sockets: WebSocket[] = [];
    const { WebSocket: RealWebSocket } = globalThis;
    globalThis.WebSocket = class extends RealWebSocket {
      constructor(url: string | URL) {
        super(url);
        sockets.push(this);
      }
    };
    try {
      await assertRejects(post, Error, "webhok");
    } finally {
      globalThis.WebSocket = RealWebSocket;
    }
    assertEquals(sockets.map((it) => it.readyState >= it.CLOSING), [true]);
  });
});

Deno.test("login checks a key, and keeps it in .env beside what is there", async () => {
  await withCommand(async ({ cwd, uri }) => {
    await Deno.writeTextFile(
      `${cwd}/.env`,
      "OTHER=1\nexport ROCKETRIDE_APIKEY=old\n",
    );
    const args = ["login", "--uri", uri, "--apikey"];
    const wrong = await runCommand([...args, "wrong"], { cwd });
    assertEquals(wrong.code, 1);
    assertStringIncludes(await Deno.readTextFile(`${cwd}/.env`), "old");

    const { code, stdout, stderr } = await runCommand([...args, "right"], {
      cwd,
    });
    assertEquals(code, 0, stderr);
    assert(!stdout.includes("right"), "it shows the key");
    assertEquals(
      await Deno.readTextFile(`${cwd}/.env`),
      [
        ...["OTHER=1", "ROCKETRIDE_APIKEY=right", `ROCKETRIDE_URI=${uri}`],
        `ROCKETRIDE_DEPLOY_URI=${uri}`,
        "ROCKETRIDE_DEPLOY_APIKEY=right\n",
      ].join("\n"),
    );
    assertEquals(await Deno.readTextFile(`${cwd}/.gitignore`), ".env\n");
    assertEquals((await runCommand(["list"], { cwd })).code, 0);

    await Deno.remove(`${cwd}/.env`);
    const json = await runCommand(
      [...args, "right", "--no-deploy", "--json"],
      { cwd },
    );
    assertEquals(JSON.parse(json.stdout), { uri, saved: true });
    const saved = await Deno.readTextFile(`${cwd}/.env`);
    assert(!saved.includes("DEPLOY"), saved);
    const asked = await runCommand(["login", "--uri", uri], { cwd });
    assertStringIncludes(asked.stderr, "pass --apikey");
  }, { auth: ["right"] });
});

Deno.test("login to a cloud goes by the browser, and makes a key", async () => {
  await using folder = await tempFolder();
  const cwd = folder.path;
  const credentials: unknown[] = [];
  await using server = scriptedServer({
    auth: ({ arguments: args }) => {
      credentials.push(args?.auth);
      return { userToken: "user-token", userId: "u", displayName: "Ada" };
    },
    rrext_public_probe: () => ({
      version: "1.5.0",
      capabilities: ["saas"],
      apps: [],
    }),
    "rrext_account_me get": () => ({ displayName: "Ada", userId: "u" }),
    "rrext_account_keys create": () => ({ key: "rr_made" }),
  });
  const uri = server.uri();
  const command = startProgram(
    COMMAND[0],
    [...COMMAND.slice(1), "login"],
    { cwd, env: { ROCKETRIDE_URI: uri, PATH: "/nowhere" } },
  );
  const address = await command.printedError(/visit: (\S+)/);
  const page = new URL(address);
  assertEquals(page.searchParams.get("code_challenge_method"), "S256");
  const back = new URL(page.searchParams.get("redirect_uri")!);
  // Others on this machine cannot answer in the place of the page.
  back.search = "?code=stolen";
  assertEquals(await statusOf(back), 404);
  back.searchParams.set("code", "gööd");
  back.searchParams.set("state", page.searchParams.get("state")!);
  assertEquals(await statusOf(back), 200);
  const { code, stderr } = await command.outcome;
  assertEquals(code, 0, stderr);
  const [first, second] = credentials as string[];
  assert(first!.startsWith("cd_"));
  const bytes = Uint8Array.from(
    atob(first!.slice(3)),
    (it) => it.charCodeAt(0),
  );
  const { code: sent, verifier, redirectUri } = JSON.parse(
    new TextDecoder().decode(bytes),
  );
  assertEquals([sent, redirectUri], ["gööd", back.href.replace(/\?.*/, "")]);
  assertEquals(verifier.length, 86);
  assertEquals(second, "rr_made");
  const saved = await Deno.readTextFile(`${cwd}/.env`);
  assertStringIncludes(saved, "ROCKETRIDE_APIKEY=rr_made\n");
});

async function statusOf(url: URL): Promise<number> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.status;
}

Deno.test("services lists the services, or shows one", async () => {
  await using folder = await tempFolder();
  const cwd = folder.path;
  const list = await runCommand(["services", "--local"], { cwd });
  assertStringIncludes(list.stdout, "webhook");
  const one = await runCommand(["services", "webhook", "--local", "--json"], {
    cwd,
  });
  assertEquals(JSON.parse(one.stdout).title, "Webhook");
  const none = await runCommand(["services", "webhok", "--local"], { cwd });
  assertEquals(none.code, 1);
});

Deno.test("completion knows commands, subcommands, options and choices", async () => {
  await using folder = await tempFolder();
  const cwd = folder.path;
  const complete = async (...words: string[]): Promise<string[]> => {
    const { stdout } = await runCommand(["__complete", ...words], { cwd });
    return stdout.trim().split("\n").map((line) => line.split("\t")[0]!);
  };
  assertEquals(await complete("sta"), ["start", "status"]);
  assertEquals(await complete("store", "m"), ["mkdir"]);
  assertEquals(await complete("start", "--th"), ["--threads"]);
  assertEquals(await complete("completion", ""), ["bash", "zsh", "fish"]);
  assertEquals(await complete("start", "--threads", ""), [""]);
  assertEquals(await complete("start", "--trace", "f"), ["full"]);
  assertEquals(await complete("start", "--trace=f"), ["--trace=full"]);
  // As bash cuts it.
  assertEquals(await complete("start", "--trace", "=", "f"), ["full"]);
  assertEquals(await complete("new", "--template", "="), [
    ...["text", "document", "chat"],
  ]);
  assertEquals(await complete("start", "p.json", ""), [""]);
  assert(!(await complete("")).includes("__complete"));
});

Deno.test("profile starts, stops and reads a profile", async () => {
  await using folder = await tempFolder();
  const cwd = folder.path;
  let active = false;
  await using server = scriptedServer({
    rrext_cprofile_start: ({ arguments: args }) => {
      active = true;
      return { status: "started", session: args?.session ?? "session_1" };
    },
    rrext_cprofile_stop: () => {
      active = false;
      return { status: "completed", session: "mine", runtime: 1.25 };
    },
    rrext_cprofile_status: () => ({ active, has_report: !active }),
    rrext_cprofile_threads: () => ({
      threads: [{ id: 0, name: "Main", tid: 7, ttot: 3 }, { id: 1, ttot: 1 }],
    }),
    rrext_cprofile_report_tree: () => ({
      total_time: 4,
      total_calls: 12,
      tree: {
        name: "<root>",
        children: [{
          name: "main",
          file: "a.py",
          line: 3,
          cumtime: 4,
          ncalls: 1,
          children: [{ name: "work", cumtime: 2, tottime: 2, ncalls: 11 }],
        }],
      },
    }),
    rrext_cprofile_report: () => ({ report: "10 calls\n" }),
    rrext_get_tasks: () => ({ tasks: [] }),
  });
  const env = { ROCKETRIDE_URI: server.uri() };
  const run = async (...args: string[]): Promise<string> => {
    const outcome = await runCommand(["profile", ...args], { cwd, env });
    assertEquals(outcome.code, 0, outcome.stderr);
    return outcome.stdout;
  };
  const inEveryWay = async (
    words: string,
    shows: string,
    ...members: string[]
  ): Promise<void> => {
    const args = ["profile", ...words.split(" ")];
    const value = await everyWay(args, { cwd, env }, { shows });
    assertEquals(members.filter((it) => !(it in value)), [], words);
  };
  assertStringIncludes(
    await run("run", "--session", "mine", "--duration", "0.1"),
    "Profiling stopped: session 'mine' ran 1.3s\n",
  );
  await inEveryWay("start --token tk_1 --session mine", "mine", "session");
  assertStringIncludes(await run("list"), "active");
  await run("stop", "--token", "tk_1");
  assertStringIncludes(await run("status"), "a report is available");
  assertEquals(await run("report"), "10 calls\n");
  assertStringIncludes(await run("threads"), "0   Main  7    3.0s  75.0%\n");
  assertEquals((await run("tree", "--thread", "0")).split("\n").slice(0, 3), [
    "Call tree: 4.0s, 12 calls",
    " 100.0%       4.0s       0.0s          1  main (a.py:3)",
    "  50.0%       2.0s       2.0s         11    work",
  ]);
  await Promise.all([
    inEveryWay("run --duration 0.1", "Profiling stopped", "session", "runtime"),
    inEveryWay("list", "server"),
    inEveryWay("report", "10 calls", "report"),
    inEveryWay("threads", "Main", "threads"),
    inEveryWay("tree", "Call tree: 4.0s, 12 calls", "tree", "total_time"),
    run("tree", "--no-include-system"),
    run("tree", "--include-system"),
  ]);
  const asked = server.requests.filter(({ command }) =>
    command === "rrext_cprofile_report_tree"
  ).map(({ arguments: args }) => args?.include_system);
  assertEquals([asked.includes(true), asked.includes(false)], [true, true]);
  await inEveryWay("stop --token tk_1", "mine", "session");
  await inEveryWay("status", "a report is available", "active", "has_report");
  const { code, stderr } = await runCommand(["profile", "start"], { cwd, env });
  assertEquals(code, 1);
  assertStringIncludes(stderr, "needs --token");
});
