import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { listTasks, send, type Session, use, watchTask } from "../../mod.ts";
import {
  COMMAND,
  type CommandRig,
  type RunningCommand,
  startProgram,
  withCommand,
} from "../support/command.ts";

/** Takes bytes of any number, and makes nothing of them. */
const SINK = {
  project_id: "sink",
  source: "in",
  components: [{ id: "in", provider: "webhook", config: {} }],
};

/** Zeros, as many as are wanted; `onRead` is called with how many were read. */
function zeros(
  bytes: number,
  onRead: (bytes: number) => void = () => {},
): ReadableStream<Uint8Array> {
  let read = 0;
  return new ReadableStream({
    pull(controller): void {
      const size = Math.min(65_536, bytes - read);
      if (size <= 0) return controller.close();
      controller.enqueue(new Uint8Array(size));
      onRead(read += size);
    },
  }, { highWaterMark: 0 });
}

/** Start a command that reads zeros without end; resolves once it does. */
async function endless(
  { start }: CommandRig,
  args: readonly string[],
): Promise<RunningCommand> {
  const reads = Promise.withResolvers<void>();
  const command = start(args, {
    input: zeros(Infinity, (bytes) => {
      // More than the pipe between holds: the command is sending.
      if (bytes > 8_000_000) reads.resolve();
    }),
  });
  const ended = command.outcome.then(({ stderr }) => {
    throw new Error(`It ended: ${stderr}`);
  });
  await Promise.race([reads.promise, ended]);
  ended.catch(() => {});
  return command;
}

/** Wait until a task has no object in it. */
async function untilIdle(session: Session, token: string): Promise<void> {
  for await (const { pipeflow } of watchTask(session, token)) {
    if (Object.keys(pipeflow.byPipe).length === 0) return;
  }
}

Deno.test("run that is interrupted ends its task, and exits with 130", async () => {
  await withCommand(async (rig) => {
    const args = ["run", "fingerprint.pipe.json", "-", "--json"];
    const command = await endless(rig, args);
    assertEquals((await listTasks(rig.session)).length, 1);
    command.child.kill("SIGINT");
    const { code, stdout, stderr } = await command.outcome;
    assertEquals(code, 130, stderr);
    assertEquals(JSON.parse(stdout), { error: { message: "Interrupted" } });
    assertEquals(await listTasks(rig.session), []);
  });
});

Deno.test("send that is interrupted frees its slot, and leaves the task", async () => {
  await withCommand(async (rig) => {
    const { session } = rig;
    const task = await use(session, { pipeline: SINK, threads: 1 });
    for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
      const command = await endless(rig, ["send", "--token", task.token]);
      command.child.kill(signal);
      assertEquals((await command.outcome).code, code);
      // The only slot is free again, and takes an object.
      await untilIdle(session, task.token);
      await send(session, task, "Hello", { timeout: 60_000 });
    }
  });
});

Deno.test("upload that is interrupted ends the task that it started", async () => {
  await withCommand(async (rig) => {
    const command = await endless(rig, [
      ...["upload", "-", "--pipeline", "fingerprint.pipe.json"],
    ]);
    command.child.kill("SIGINT");
    assertEquals((await command.outcome).code, 130);
    assertEquals(await listTasks(rig.session), []);
  });
});

Deno.test("engine serves until a signal, and exits with 0", async () => {
  await withCommand(async ({ cwd, start }) => {
    const command = start([
      ...["engine", "--port", "0", "text.pipe.json", "--data", "kept"],
      ...["--key", "secret", "--json"],
    ]);
    await command.printed("}\n");
    const { uri, tasks } = JSON.parse(command.output());
    assertEquals(tasks.length, 1);
    const page = await fetch(uri);
    assertStringIncludes(page.headers.get("content-type") ?? "", "text/html");
    await page.body?.cancel();
    const input = "From outside";
    const env = { ROCKETRIDE_URI: uri, ROCKETRIDE_APIKEY: "secret" };
    const args = ["send", "--token", tasks[0].token, "--type", "text/plain"];
    const sent = await start(args, { env, input }).outcome;
    assertEquals(sent.stdout, "From outside\n");
    const write = ["store", "write", "a.txt", "--content", "kept"];
    assertEquals((await start(write, { env }).outcome).code, 0);
    const refused = await start(["list", "--uri", uri]).outcome;
    assertEquals(refused.code, 1);

    command.child.kill("SIGTERM");
    const { code, stderr } = await command.outcome;
    assertEquals([code, stderr], [0, ""]);
    const kept = await Array.fromAsync(Deno.readDir(`${cwd}/kept`));
    assert(kept.length > 0);
    assertEquals((await start(["list"], { env }).outcome).code, 1);
  });
});

Deno.test("engine says that a port is in use, and how to take another", async () => {
  await withCommand(async ({ run, uri }) => {
    const { port } = new URL(uri);
    const { code, stderr } = await run(["engine", "--port", port]);
    assertEquals(code, 1);
    assertStringIncludes(stderr, `Error: Port ${port} is in use — `);
    assertStringIncludes(stderr, "--port");
  });
});

Deno.test("engine listens to others only with a key", async () => {
  await withCommand(async ({ run }) => {
    const { code, stderr } = await run(["engine", "--host", "0.0.0.0"]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "give --key");
  });
});

Deno.test("a reader of events that leaves ends the command without a failure", async () => {
  await withCommand(async ({ cwd, uri, session }) => {
    const program = [
      `$COMMAND events task --json 2>err.txt | head -n 1 >out.txt`,
      'echo "${PIPESTATUS[0]}"',
    ].join("; ");
    const shell = startProgram("bash", ["-c", program], {
      cwd,
      env: {
        COMMAND: COMMAND.join(" "),
        ROCKETRIDE_URI: uri,
      },
    });
    // The next events are what it notices by that nobody reads.
    const stop = new AbortController();
    const busy = (async () => {
      while (!stop.signal.aborted) {
        await using _task = await use(session, { pipeline: SINK });
        // In process nothing else lets other work of this test in.
        await new Promise((resolve) => setTimeout(resolve));
      }
    })();
    const { stdout } = await shell.outcome;
    stop.abort();
    await busy;
    assertEquals(stdout, "0\n");
    assertEquals(await Deno.readTextFile(`${cwd}/err.txt`), "");
    const first = JSON.parse(await Deno.readTextFile(`${cwd}/out.txt`));
    assertEquals(first.event, "apaevt_task");
  });
});

Deno.test({
  name: "send of much takes no more memory than of little",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    await withCommand(async ({ session, start }) => {
      const { token } = await use(session, { pipeline: SINK });
      const peakOf = async (bytes: number): Promise<number> => {
        let peak = 0;
        const command = start(["send", "--token", token, "--json"], {
          input: zeros(bytes, (read) => {
            if (read < bytes) return;
            const { pid } = command.child;
            const status = Deno.readTextFileSync(`/proc/${pid}/status`);
            peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1_024;
          }),
        });
        const { code, stderr } = await command.outcome;
        assertEquals(code, 0, stderr);
        return peak;
      };
      const little = await peakOf(64 << 20);
      const much = await peakOf(512 << 20);
      assert(
        much < little + (48 << 20),
        `512 MiB take ${much >> 20} MiB, 64 MiB take ${little >> 20} MiB`,
      );
    });
  },
});
