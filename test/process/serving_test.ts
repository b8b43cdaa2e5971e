import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  AuthenticationException,
  close,
  connect,
  ConnectionException,
  type ConnectOptions,
  getTaskStatus,
  pipe,
  send,
  terminate,
  use,
} from "@rocketride/streams";
import { httpTransport } from "@rocketride/streams/transport";
import { VERSION } from "../../lib/version.ts";
import { type ChildEnding, startChild } from "../support/child_program.ts";
import { forEachHost, type Host, HOSTS } from "../support/hosts.ts";
import { DIGEST, through } from "../support/pipelines.ts";
import { rawHandshake } from "../support/raw_handshake.ts";
import { rawSocket } from "../support/raw_client.ts";
import { ROOT } from "../support/read_tree.ts";
import { digestOf, manyBytes, useEngine } from "../support/use_engine.ts";

const PROGRAM = "test/support/serving_program.ts";
const MIB = 1024 * 1024;
const latin1 = new TextDecoder("latin1");
const ENDED_WELL: ChildEnding = { code: 0, stdout: "", stderr: "" };

/** Run a test against an engine in a process of its own, which ends well. */
async function withHost(
  host: Host,
  test: (uri: string, options: ConnectOptions) => Promise<void>,
): Promise<void> {
  await using child = await host.start(PROGRAM);
  const uri = await child.line();
  await test(uri, { uri, auth: "secret", env: {} });
  assertEquals(await child.finish(), ENDED_WELL);
}

forEachHost(
  "a served engine does all that one in process does",
  async (host) => {
    await withHost(host, (_, options) => useEngine(options));
  },
);

/** The first request of a client, as a frame. */
function authentication(): string {
  return JSON.stringify({
    type: "request",
    seq: 1,
    command: "auth",
    arguments: { auth: "secret" },
  });
}

async function gone(response: Response): Promise<Response> {
  await response.body?.cancel();
  return response;
}

forEachHost("a served engine has its routes of HTTP", async (host) => {
  await withHost(host, async (uri, options) => {
    const version = await (await fetch(`${uri}/version`)).json();
    assertEquals(version.data.version, VERSION);
    const socketless = await fetch(`${uri}/task/service`).then(gone);
    assertEquals(socketless.status, 426);
    const unknown = await fetch(`${uri}/nowhere`).then(gone);
    assertEquals(unknown.status, 401);

    const session = await connect({ ...options, transport: httpTransport() });
    const task = await use(session, { pipeline: DIGEST });
    const sink = await pipe(session, task, { mimeType: "audio/wav" });
    await new Blob([manyBytes()]).stream().pipeTo(sink);
    const result = JSON.stringify(await sink.result);
    assertStringIncludes(result, await digestOf(manyBytes()));
    await terminate(session, task);
    await close(session);
  });
});

forEachHost("a served engine has pages where it has no route", async (host) => {
  await withHost(host, async (uri) => {
    const shown = await fetch(`${uri}/page`);
    assertEquals([shown.status, await shown.text()], [200, "A page"]);
    const head = await fetch(`${uri}/page`, { method: "HEAD" });
    assertEquals([head.status, await head.text()], [200, ""]);
    const posted = await fetch(`${uri}/page`, { method: "POST", body: "x" });
    assertEquals((await gone(posted)).status, 401);
  });
});

forEachHost(
  "a served engine lets few strangers wait, and none in",
  async (host) => {
    await withHost(host, async (uri, options) => {
      const socketUri = `${uri.replace("http", "ws")}/task/service`;
      const first = await rawSocket(socketUri);
      const second = await rawSocket(socketUri);
      await assertRejects(() => rawSocket(socketUri));
      await assertRejects(() => connect(options), ConnectionException);
      await first.ok("auth", { auth: "secret" });
      await assertRejects(
        () => connect({ ...options, auth: "wrong" }),
        AuthenticationException,
      );
      assertEquals(
        await second.fails("auth", { auth: "wrong" }) !== "",
        true,
      );
      assertEquals((await second.ended).code, 1000);
      await first.close();
    });
  },
);

forEachHost("a frame in the packet of the handshake is heard", async (host) => {
  await withHost(host, async (uri) => {
    await using line = await rawHandshake(uri, authentication());
    const heard = await line.until('"request_seq":1');
    assertStringIncludes(heard, "101 Switching Protocols");
    assertStringIncludes(heard, '"success":true');
    // Deno keeps a timer of 30 seconds for a client that goes without a word.
    await line.goodbye();
  });
});

forEachHost("a handshake that is none is refused", async (host) => {
  await withHost(host, async (uri) => {
    const { hostname, port } = new URL(uri);
    const conn = await Deno.connect({ hostname, port: Number(port) });
    const request = "GET /task/service HTTP/1.1\r\nHost: x\r\n" +
      "Upgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n";
    await conn.write(new TextEncoder().encode(request));
    const buffer = new Uint8Array(4_096);
    const count = await conn.read(buffer);
    conn.close();
    const text = new TextDecoder().decode(buffer.subarray(0, count ?? 0));
    assertStringIncludes(text, " 400 Bad Request");
  });
});

forEachHost(
  "a client that does not read is cut off, and delays nobody",
  async (host) => {
    await withHost(host, async (uri, options) => {
      const session = await connect(options);
      const task = await use(session, { pipeline: through("flood") });
      const watch = {
        type: "request",
        seq: 2,
        command: "rrext_monitor",
        arguments: { token: task.token, types: ["ALL"] },
      };
      await using slow = await rawHandshake(
        uri,
        authentication(),
        JSON.stringify(watch),
      );
      await slow.until('"request_seq":2');
      await send(session, task, "100");
      assertEquals((await getTaskStatus(session, task)).completedCount, 1);
      // What it had not read yet still comes, and then a close frame.
      let end = "";
      let total = 0;
      while (!end.includes("Reads too slowly")) {
        const part = await slow.read();
        assert(part, "It hung up without a word");
        total += part.length;
        end = end.slice(-64) + latin1.decode(part.slice(-64));
      }
      assert(total < 100 * MIB);
      await close(session);
    });
  },
);

forEachHost("a client that vanishes gives its slot back", async (host) => {
  // It is not asked to end by itself: Deno keeps a timer, of 30 seconds, for
  // each socket whose client has gone without a word.
  await using child = await host.start(PROGRAM);
  const uri = await child.line();
  const session = await connect({ uri, auth: "secret", env: {} });
  const task = await use(session, { pipeline: DIGEST, threads: 1 });
  const { token } = task;
  const open = {
    type: "request",
    seq: 2,
    command: "rrext_process",
    token,
    arguments: {
      token,
      subcommand: "open",
      object: {},
      mimeType: "audio/wav",
    },
  };
  {
    await using line = await rawHandshake(
      uri,
      authentication(),
      JSON.stringify(open),
    );
    await line.until('"request_seq":2');
  }
  const next = await pipe(session, task);
  await next.close();
  const { failedCount } = await getTaskStatus(session, task);
  assertEquals(failedCount, 1);
  await close(session);
});

forEachHost("closing a server tells its clients why", async (host) => {
  await using child = await host.start(PROGRAM);
  const uri = await child.line();
  const client = await rawSocket(`${uri.replace("http", "ws")}/task/service`);
  await client.ok("auth", { auth: "secret" });
  assertEquals(await child.finish(), ENDED_WELL);
  assertEquals(await client.ended, { code: 1001, reason: "Server is closed" });
});

Deno.test("a server on Deno needs no permission but for the network", async () => {
  const path = "test/process/programs/serves_with_net_alone.ts";
  const config = new URL("deno.json", ROOT).pathname;
  const flags = ["--quiet", "--no-prompt", "--allow-net", "--config", config];
  const program = new URL(path, ROOT).href;
  await using child = startChild(Deno.execPath(), ["run", ...flags, program]);
  const stdout = '{"text":["Hello\\n\\n"],"status":"OK"}\n';
  assertEquals(await child.ended(), { code: 0, stdout, stderr: "" });
});

Deno.test("a server of Bun without handlers of sockets says what it lacks", async () => {
  const bun = HOSTS.find(({ name }) => name === "Bun")!;
  await using child = await bun.start("test/support/bun_without_sockets.ts");
  await using line = await rawHandshake(await child.line());
  const heard = await line.until("}");
  assertStringIncludes(heard, " 501 ");
  assertStringIncludes(heard, "Bun.serve needs the option 'websocket'");
});
