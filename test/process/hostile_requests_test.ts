import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ChildEnding } from "../support/child_program.ts";
import { forEachHost, type Host } from "../support/hosts.ts";
import { rawHandshake } from "../support/raw_handshake.ts";
import { rawSocket } from "../support/raw_client.ts";
import { rawRequest } from "../support/raw_request.ts";

const PROGRAM = "test/support/serving_program.ts";
const ENDED_WELL: ChildEnding = { code: 0, stdout: "", stderr: "" };
const MIB = 1024 * 1024;
const AUTHORIZED = { authorization: "secret" };

/** Run a test against an engine in a process of its own, which ends well. */
async function withHost(
  host: Host,
  test: (uri: string) => Promise<void>,
  ...args: string[]
): Promise<void> {
  await using child = await host.start(PROGRAM, ...args);
  const uri = await child.line();
  await child.until(test(uri));
  assertEquals(await child.finish(), ENDED_WELL);
}

/** A body of that many MiB, in chunks of one. */
function streamed(count: number): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(MIB).fill(0x20);
  return new ReadableStream({
    pull(controller): void {
      if (count-- > 0) controller.enqueue(chunk);
      else controller.close();
    },
  });
}

forEachHost("a body that nobody wants costs its object alone", async (host) => {
  await withHost(host, async (uri) => {
    const bodies = [
      () => "hello",
      () => "x".repeat(300_000),
      () => new Uint8Array(5 * MIB),
      () => streamed(5),
    ];
    for (const token of ["?token=tk_of_a_task_that_has_ended", ""]) {
      for (const body of bodies) {
        for (const type of ["text/plain", "audio/wav"]) {
          const response = await fetch(`${uri}/task/data${token}`, {
            method: "POST",
            body: body(),
            headers: { ...AUTHORIZED, "content-type": type },
          });
          assertEquals(response.status, 200);
          const { data } = await response.json();
          assertEquals(data.objectsCompleted, 0);
          const expected = token === ""
            ? "Task token is required"
            : "Your pipeline is not running";
          assertEquals(data.objects.body.error.message, expected);
        }
      }
    }
  });
});

forEachHost(
  "a body that is too large is refused, and others served",
  async (host) => {
    await withHost(host, async (uri) => {
      const ask = async (
        path: string,
        body: BodyInit,
        headers: Record<string, string> = {},
      ): Promise<void> => {
        const all = { ...AUTHORIZED, ...headers };
        const method = "POST";
        const response = await fetch(uri + path, {
          method,
          body,
          headers: all,
        });
        assertEquals(response.status, 400);
        const { error } = await response.json();
        assertStringIncludes(error.message, "bytes at most");
      };
      await ask("/task", new Uint8Array(20 * MIB));
      await ask("/task", streamed(40));
      await ask("/pipe/validate", streamed(40));
      const form = { "content-type": "multipart/form-data; boundary=b" };
      await ask("/task/data", streamed(80), form);
      const version = await fetch(`${uri}/version`);
      assertEquals((await version.json()).status, "OK");
    });
  },
);

forEachHost(
  "who sends all of a body before reading gets its answer",
  async (host) => {
    await withHost(host, async (uri) => {
      const { hostname, port, host: name } = new URL(uri);
      const body = new Uint8Array(64 * MIB);
      for (const [key, status] of [["secret", 200], ["wrong", 401]]) {
        const connection = await Deno.connect({ hostname, port: Number(port) });
        const head = [
          "POST /task/data?token=tk_gone HTTP/1.1",
          `Host: ${name}`,
          `Authorization: ${key}`,
          "Content-Type: audio/wav",
          `Content-Length: ${body.length}`,
        ];
        const request = new Blob([`${head.join("\r\n")}\r\n\r\n`, body]);
        await request.stream().pipeTo(connection.writable, {
          preventClose: true,
        });
        const answer = new Uint8Array(1024);
        await connection.read(answer);
        const text = new TextDecoder().decode(answer);
        assertStringIncludes(text, `HTTP/1.1 ${status} `);
        connection.close();
      }
    });
  },
);

forEachHost(
  "a client that goes in the middle of a body ends nothing",
  async (host) => {
    await withHost(host, async (uri) => {
      const { hostname, port, host: name } = new URL(uri);
      for (const token of ["tk_gone", ""]) {
        const connection = await Deno.connect({ hostname, port: Number(port) });
        const head = [
          `POST /task/data?token=${token} HTTP/1.1`,
          `Host: ${name}`,
          "Authorization: secret",
          "Content-Length: 1000000",
        ];
        const text = `${head.join("\r\n")}\r\n\r\nthe beginning`;
        await connection.write(new TextEncoder().encode(text));
        // The answer comes while the body is still under way.
        const answer = new Uint8Array(1024);
        assert(await connection.read(answer));
        connection.close();
      }
      const version = await fetch(`${uri}/version`);
      assertEquals((await version.json()).status, "OK");
    });
  },
);

forEachHost(
  "a frame that is nested deeply costs its sender alone",
  async (host) => {
    await withHost(host, async (uri) => {
      const socketUri = `${uri.replace("http", "ws")}/task/service`;
      const deep = "[".repeat(50_000) + "]".repeat(50_000);
      const frames = [
        `{"type":"request","seq":${deep},"command":"rrext_ping"}`,
        `{"type":"request","seq":7,"command":${deep}}`,
        `{"type":"request","seq":7,"command":"execute","arguments":${deep}}`,
        `{"type":${deep},"seq":7}`,
      ];
      const client = await rawSocket(socketUri);
      await client.ok("auth", { auth: "secret" });
      for (const frame of frames) {
        const stranger = await rawSocket(socketUri);
        stranger.postFrame(frame);
        await stranger.ended;
        client.postFrame(frame);
        client.postFrame(new TextEncoder().encode(`${frame}\npayload`));
        await client.ok("rrext_ping");
      }
      await client.close();
    });
  },
);

/** A request as a frame. */
function request(seq: number, command: string, args: object = {}): string {
  return JSON.stringify({ type: "request", seq, command, arguments: args });
}

forEachHost(
  "a client that asks and does not read is cut off, and delays nobody",
  async (host) => {
    // It is not asked to end by itself: Deno keeps a timer, of 30 seconds, for
    // each socket whose client has gone without a word.
    await using child = await host.start(PROGRAM);
    const uri = await child.line();
    const login = request(1, "auth", { auth: "secret" });
    const asked = Array.from(
      { length: 1_500 },
      (_, index) => request(index + 2, "rrext_services"),
    );
    await using slow = await rawHandshake(uri, login, ...asked);
    const client = await rawSocket(
      `${uri.replace("http", "ws")}/task/service`,
    );
    await client.ok("auth", { auth: "secret" });
    await client.close();
    let end = "";
    let total = 0;
    while (!end.includes("Reads too slowly")) {
      const part = await slow.read();
      // Its word is lost where what we sent has not been read by then.
      if (!part) break;
      total += part.length;
      end = end.slice(-64) +
        new TextDecoder("latin1").decode(part.slice(-64));
    }
    assert(total < 100 * MIB, `${total} bytes`);
  },
);

const UPGRADE = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

forEachHost(
  "a header Host that is no host is answered with 400",
  async (host) => {
    await withHost(host, async (uri) => {
      for (const name of ["a b", "a/b", "[", "user@h", "h:99999", "h:x"]) {
        for (const path of ["/version", "/task/service"]) {
          const upgrade = path === "/version" ? [] : UPGRADE;
          const answer = await rawRequest(uri, [
            `GET ${path} HTTP/1.1`,
            `Host: ${name}`,
            ...upgrade,
          ]);
          assertStringIncludes(answer, "HTTP/1.1 400", `${name} ${path}`);
          assert(!answer.includes(".ts") && !answer.includes(".mjs"));
        }
      }
    });
  },
);

forEachHost(
  "an odd request target gets an answer without a trace",
  async (host) => {
    await withHost(host, async (uri) => {
      const targets = [
        "//",
        "//x",
        "*",
        "http://[",
        "http://[/x",
        "//[/version",
      ];
      for (const target of targets) {
        for (const upgrade of [[], UPGRADE]) {
          const answer = await rawRequest(uri, [
            `GET ${target} HTTP/1.1`,
            `Host: ${new URL(uri).host}`,
            ...upgrade,
          ]);
          assert(/^HTTP\/1.1 40[01] /.test(answer), `${target}: ${answer}`);
          assert(!answer.includes(".ts") && !answer.includes(".mjs"));
        }
      }
    });
  },
);

forEachHost(
  "an engine without keys answers no page of others",
  async (host) => {
    await withHost(host, async (uri) => {
      const own = new URL(uri);
      const ask = async (...headers: string[]): Promise<string> => {
        const [line] = headers.some((it) => it.startsWith("Upgrade"))
          ? ["GET /task/service HTTP/1.1"]
          : ["GET /version HTTP/1.1"];
        const answer = await rawRequest(uri, [line!, ...headers]);
        return answer.slice(9, 12);
      };
      for (const upgrade of [[], UPGRADE]) {
        for (
          const origin of ["https://evil.test", "null", "http://localhost"]
        ) {
          const status = await ask(
            `Host: ${own.host}`,
            `Origin: ${origin}`,
            ...upgrade,
          );
          assertEquals(status, "403", `${origin} ${upgrade.length}`);
        }
        const rebound = [`Host: evil.test:${own.port}`, ...upgrade];
        assertEquals(await ask(...rebound), "403");
        const origin = `Origin: http://evil.test:${own.port}`;
        assertEquals(await ask(origin, ...rebound), "403");
      }
      assertEquals(await ask(`Host: ${own.host}`), "200");
      assertEquals(await ask(`Host: localhost:${own.port}`), "200");
      assertEquals(await ask(`Host: ${own.host}`, `Origin: ${uri}`), "200");
      await using line = await rawHandshake(uri);
      assertStringIncludes(await line.until("\r\n\r\n"), " 101 ");
      await line.goodbye();
    }, "open");
  },
);
