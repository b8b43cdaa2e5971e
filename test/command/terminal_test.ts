import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  createEngine,
  type Engine,
  type EngineServer,
  serveEngine,
} from "../../lib/engine/mod.ts";
import { send, terminate, use } from "../../mod.ts";
import { COMMAND, type CommandRig, withCommand } from "../support/command.ts";
import {
  hasTerminals,
  NO_TERMINAL,
  type OpenTerminal,
  openTerminal,
  type TerminalOptions,
} from "../support/pseudo_terminal.ts";
import { TEXT } from "../support/pipelines.ts";

function onTerminal(
  { cwd, uri }: Pick<CommandRig, "cwd" | "uri">,
  args: readonly string[],
  options: Partial<TerminalOptions> = {},
): OpenTerminal {
  return openTerminal([...COMMAND, ...args], {
    cwd,
    ...options,
    env: { ROCKETRIDE_URI: uri, ...options.env },
  });
}

function terminalTest(
  name: string,
  test: (rig: CommandRig) => Promise<void>,
): void {
  Deno.test({
    name: `${name}${NO_TERMINAL}`,
    ignore: !hasTerminals,
    fn: () => withCommand(test),
  });
}

/** A pipeline with a name of wide characters, whose source takes text. */
const WIDE = {
  ...TEXT,
  project_id: "wide",
  name: "文書の処理",
};

terminalTest("status redraws in place until the task ends", async (rig) => {
  const { session } = rig;
  const task = await use(session, { pipeline: WIDE, name: "文書の処理" });
  await using terminal = onTerminal(rig, ["status", task.token], {
    columns: 40,
    rows: 12,
  });
  await terminal.shows("online");
  await terminal.shows("文書の処理");
  await send(session, task, "Hello");
  await terminal.shows(/completed\s+1 /);
  // What was shown before is not there any more: it was drawn over.
  const titles = terminal.screen().filter((it) => it.includes("文書"));
  assertEquals(titles.length, 1, terminal.screen().join("\n"));
  assertStringIncludes(terminal.sent(), "\x1b[32monline");
  await terminate(session, task);
  assertEquals(await terminal.ended(), 0);
  await terminal.shows("offline");
});

terminalTest(
  "status is cut to a narrow terminal, and follows its size",
  async (rig) => {
    const { session } = rig;
    const { token } = await use(session, { pipeline: WIDE });
    await using terminal = onTerminal(rig, ["status", token], {
      columns: 24,
      rows: 10,
      env: { NO_COLOR: "1" },
    });
    await terminal.shows("elapsed");
    const status = (): string =>
      terminal.screen().find((it) => it.startsWith("  status")) ?? "";
    assert(status().endsWith("…"), status());
    assert(!terminal.sent().includes("\x1b[32m"), "NO_COLOR is ignored");
    await terminal.resize(100, 10);
    await terminal.shows("ready to accept requests");
    await terminal.type("\x03");
    assertEquals(await terminal.ended(), 130);
  },
);

Deno.test({
  name: `a live screen survives a lost connection${NO_TERMINAL}`,
  ignore: !hasTerminals,
  async fn(): Promise<void> {
    await using engine: Engine = createEngine();
    let server: EngineServer = await serveEngine(engine);
    const { port, uri } = server;
    await withCommand(async ({ cwd }) => {
      await using terminal = onTerminal({ cwd, uri }, ["list"]);
      await terminal.shows("No active tasks found");
      await terminal.ended();

      await using watch = onTerminal({ cwd, uri }, ["events", "task"]);
      await watch.shows("Ctrl+C ends");
      await server.close();
      await watch.shows(/onnecting again/);
      server = await serveEngine(engine, { port });
      await watch.shows("events may be missing");
      await watch.type("\x03");
      assertEquals(await watch.ended(), 130);
    });
    await server.close();
  },
});

terminalTest("run shows a bar for each file and one for all", async (rig) => {
  const { cwd } = rig;
  await Deno.mkdir(`${cwd}/データ`);
  for (let at = 0; at < 3; at++) {
    await Deno.writeFile(`${cwd}/データ/${at}.bin`, new Uint8Array(20_000_000));
  }
  await using terminal = onTerminal(
    rig,
    ["run", "fingerprint.pipe.json", "データ", "absent.txt"],
    { columns: 60 },
  );
  await terminal.shows("skipped  absent.txt");
  await terminal.shows(/[█░]{24} {2}.*of 3 files/);
  await terminal.shows(/[█░]{24} {2}データ\/\d\.bin/);
  assertEquals(await terminal.ended(), 0);
  // The bars are gone, the results are there.
  const screen = terminal.screen().join("\n");
  assert(!/[█░]/.test(screen), screen);
  assertStringIncludes(screen, "sha256");
});

terminalTest("chat takes turns, with the answers between", async (rig) => {
  await using terminal = onTerminal(rig, [
    "chat",
    "--pipeline",
    "chat.pipe.json",
  ]);
  await terminal.shows("> ");
  await terminal.type("What is the capital of France?\r");
  await terminal.shows(/^Paris$/m);
  await terminal.shows(/^> $|^>$/m);
  // What was asked before is at hand.
  await terminal.type("\x1b[A");
  await terminal.shows(/Paris\n> What is the capital of France\?/);
  await terminal.type("\x15");
  await terminal.type("\x04");
  assertEquals(await terminal.ended(), 0);
});

terminalTest("new asks for what it was not told", async (rig) => {
  await using terminal = onTerminal(rig, ["new"]);
  await terminal.shows("Which folder?");
  await terminal.type("made\r");
  await terminal.shows("For which runtime?");
  await terminal.type("\x1b[B\r");
  await terminal.shows("Which pipeline?");
  await terminal.type("\r");
  assertEquals(await terminal.ended(), 0);
  const files = await Array.fromAsync(Deno.readDir(`${rig.cwd}/made`));
  assert(files.some(({ name }) => name === "main.ts"));
});
