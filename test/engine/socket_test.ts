import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createEngine } from "../../lib/engine/engine.ts";
import { salvageSeq } from "../../lib/engine/serve/socket.ts";
import { dataPort, refusalPort } from "../support/engine_rig.ts";
import type { RawClient } from "../support/raw_client.ts";
import { withServedEngine } from "../support/served_engine.ts";
import { chain, testNode } from "../support/test_nodes.ts";

const PIPELINE = chain("text", "a=entry", "b=response_all");

/** The response that follows a frame that is no message. */
async function answerTo(
  client: RawClient,
  frame: string | Uint8Array,
): Promise<unknown> {
  const before = client.received.length;
  client.postFrame(frame);
  await client.ok("rrext_ping");
  const [first, second] = client.received.slice(before);
  if (!second) return undefined;
  assert(first?.type === "response");
  return [first.request_seq, first.success, first.message];
}

Deno.test("a pipeline runs over a real socket", async () => {
  await withServedEngine({}, async ({ connect }) => {
    const client = await connect();
    const { token } = await client.ok("execute", { pipeline: PIPELINE });
    await client.ok("rrext_monitor", { token, types: ["ALL"] });
    const port = dataPort(client, token);
    assertEquals((await port.send("text/plain", "Grüße", "")).seen, [
      "Grüße",
      "",
    ]);
    await client.ok("terminate", { token });
    assertEquals((await client.nextEvent("apaevt_task")).action, "running");
    assertEquals((await client.nextEvent("apaevt_task")).action, "end");
  });
});

Deno.test("a large write arrives whole, line feeds and all", async () => {
  const sums: number[] = [];
  const summing = testNode({
    provider: "summing",
    instance: () => ({
      on: {
        tags: (step) => {
          if (step.kind !== "data") return;
          sums.push(
            step.bytes.length,
            step.bytes[0] ?? 0,
            step.bytes.at(-1) ?? 0,
          );
        },
      },
    }),
  });
  await withServedEngine({ nodes: [summing] }, async ({ connect }) => {
    const client = await connect();
    const pipeline = chain("tags", "a=entry", "b=summing");
    const { token } = await client.ok("execute", { pipeline });
    const port = dataPort(client, token);
    const bytes = new Uint8Array(4 * 1024 * 1024).fill(0x0a);
    bytes[bytes.length - 1] = 7;
    await port.send("application/octet-stream", bytes);
    assertEquals(sums, [bytes.length, 0x0a, 7]);
  });
});

Deno.test("requests in binary frames without payload are understood", async () => {
  await withServedEngine({}, async ({ connect }) => {
    const client = await connect();
    const bytes = new TextEncoder().encode(
      '{"type":"request","seq":500,"command":"rrext_ping"}',
    );
    assertEquals(await answerTo(client, bytes), [500, true, undefined]);
  });
});

Deno.test("malformed frames are answered when their seq can be read", async () => {
  await withServedEngine({}, async ({ connect }) => {
    const client = await connect();
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    const expected =
      "Cannot read frame: expected one JSON object in UTF-8 with a type";
    assertEquals(
      await answerTo(client, '{"type":"request","seq": 71,"command":'),
      [71, false, expected],
    );
    // A pretty-printed header cannot be told from its payload.
    assertEquals(
      await answerTo(client, bytes('{\n "type": "request",\n "seq": 72\n}')),
      [72, false, expected],
    );
    assertEquals(await answerTo(client, '{"seq":73}'), [
      73,
      false,
      "Cannot read frame: expected one JSON object in UTF-8 with a type",
    ]);
    for (const frame of ["", "nonsense", "[1]", "null", bytes("\n\n")]) {
      assertEquals(await answerTo(client, frame), undefined);
    }
  });
});

Deno.test("malformed frames of strangers end the connection", async () => {
  await withServedEngine({}, async ({ dial }) => {
    const client = await dial();
    client.postFrame("nonsense");
    client.postFrame('{"seq":900}');
    assertEquals((await client.ended).code, 1000);
    const [only] = client.received;
    assert(only?.type === "response");
    assertEquals(only.request_seq, 900);
    assertEquals(only.message, "Not authenticated");
    assertEquals(client.received.length, 1);
  });
});

Deno.test("a seq is salvaged from the start of a frame only", () => {
  assertEquals(salvageSeq('{"seq":12'), 12);
  assertEquals(salvageSeq(new TextEncoder().encode('\xff"seq" : 5,')), 5);
  assertEquals(salvageSeq('{"seq":"12"'), undefined);
  assertEquals(salvageSeq('{"seq":12345678901234567890'), undefined);
  assertEquals(salvageSeq(" ".repeat(5_000) + '"seq":1'), undefined);
});

Deno.test("text from the engine is one line of JSON", async () => {
  await withServedEngine({}, async ({ origin }) => {
    const socket = new WebSocket(
      `${origin.replace("http", "ws")}/task/service`,
    );
    const frames: unknown[] = [];
    const closed = Promise.withResolvers<void>();
    socket.onopen = (): void => {
      const auth = { auth: "a\nb" };
      const request = {
        type: "request",
        seq: 1,
        command: "auth",
        arguments: auth,
      };
      socket.send(JSON.stringify(request, null, 2));
    };
    socket.onmessage = ({ data }): void => {
      frames.push(data);
      socket.close();
    };
    socket.onclose = (): void => closed.resolve();
    await closed.promise;
    assertEquals(frames.length, 1);
    assertEquals(String(frames[0]).includes("\n"), false);
    assertStringIncludes(String(frames[0]), '"request_seq":1');
  });
});

Deno.test("what JSON cannot carry fails the object, and no event fails anything", async () => {
  const odd = testNode({
    provider: "odd",
    instance: (pipe) => ({
      on: {
        text: () => {
          pipe.sse("odd", { big: 1n } as never);
          pipe.respond("odd", "text", 1n);
        },
      },
    }),
  });
  await withServedEngine({ nodes: [odd] }, async ({ connect }) => {
    const client = await connect();
    const pipeline = chain("text", "a=entry", "b=odd");
    const { token } = await client.ok("execute", { pipeline });
    await client.ok("rrext_monitor", { token, types: ["SSE"] });
    const port = dataPort(client, token);
    const id = await port.open();
    assertStringIncludes(
      await refusalPort(client, token).write(id, "x"),
      "A bigint cannot be carried as JSON",
    );
    const { error } = await port.close(id);
    assertStringIncludes(error.message, "bigint");
    assertEquals(client.events("apaevt_sse"), []);
    assertEquals(await port.open(), 0);
  });
});

Deno.test("an upgrade that is no proper handshake is refused", async () => {
  const engine = createEngine();
  const headers = { upgrade: "websocket" };
  const request = new Request("http://localhost/task/service", { headers });
  const response = await engine.fetch(request);
  assertEquals(response.status, 400);
  assertEquals(await response.json(), { detail: "Bad Request" });
  await engine.close();
});

Deno.test("a socket that closes gives its pipes back", async () => {
  await withServedEngine({}, async ({ connect }) => {
    const client = await connect();
    const args = { pipeline: PIPELINE, threads: 1 };
    const { token } = await client.ok("execute", args);
    const other = await connect();
    await dataPort(other, token).open();
    const waiting = dataPort(client, token).open();
    await other.close();
    assertEquals(await waiting, 0);
  });
});

Deno.test("closing the engine closes its sockets", async () => {
  await withServedEngine({}, async ({ engine, connect, dial }) => {
    const client = await connect();
    await engine.close();
    assertEquals(await client.ended, {
      code: 1001,
      reason: "Engine is closed",
    });
    const late = await dial();
    assertEquals((await late.ended).code, 1001);
  });
});

Deno.test("HTTP requests are answered in JSON", async () => {
  await withServedEngine({ auth: ["key"] }, async ({ origin }) => {
    const ask = async (path: string, headers = {}): Promise<unknown> => {
      const response = await fetch(origin + path, { headers });
      const type = response.headers.get("content-type");
      assertEquals(type, "application/json");
      return [response.status, await response.json()];
    };
    assertEquals(await ask("/task/service"), [426, {
      detail: "Upgrade Required",
    }]);
    const denied = [401, {
      status: "Error",
      error: { error: "Access denied" },
    }];
    assertEquals(await ask("/anything"), denied);
    assertEquals(
      await ask("/anything", { authorization: "Bearer wrong" }),
      denied,
    );
    for (const authorization of ["Bearer key", "key"]) {
      assertEquals(await ask("/anything", { authorization }), [404, {
        detail: "Not Found",
      }]);
    }
  });
});

Deno.test("the way to upgrade a request can be given", async () => {
  const sockets: EventTarget[] = [];
  const engine = createEngine({
    upgrade: (request) => {
      assertEquals(new URL(request.url).pathname, "/task/service");
      const socket = Object.assign(new EventTarget(), { readyState: 1 });
      sockets.push(socket);
      const response = new Response("upgraded", { status: 200 });
      return { socket: socket as unknown as WebSocket, response };
    },
  });
  const response = await engine.fetch(
    new Request("http://localhost/task/service", {
      headers: { upgrade: "WebSocket" },
    }),
  );
  assertEquals(await response.text(), "upgraded");
  assertEquals(sockets.length, 1);
  sockets[0]?.dispatchEvent(new Event("close"));
  await engine.close();
});
