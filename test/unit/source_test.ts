import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { PipeChunk, PipeSource } from "../../lib/pipe/options.ts";
import { send } from "../../lib/pipe/send.ts";
import { ValidationException } from "../../lib/errors.ts";
import { pipeServer } from "../support/pipe_server.ts";
import { sent } from "../support/sent.ts";

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

Deno.test("a string is text, and its size counts its bytes", async () => {
  const it = await sent("Grüße");
  assertEquals(it.mimeType, "text/plain");
  assertEquals(it.object.size, 7);
  assertEquals(it.text, "Grüße");
});

Deno.test("bytes of any form have no media type of their own", async () => {
  const { buffer } = Uint8Array.of(1, 2, 3);
  const forms: readonly PipeSource[] = [
    Uint8Array.of(1, 2, 3),
    buffer,
    new DataView(buffer),
    new Uint8ClampedArray(buffer),
  ];
  for (const form of forms) {
    const it = await sent(form);
    assertEquals(it.mimeType, "application/octet-stream");
    assertEquals(it.object.size, 3);
    assertEquals(it.bytes, Uint8Array.of(1, 2, 3));
  }
});

Deno.test("a Blob tells its media type and size", async () => {
  const typed = await sent(new Blob(["a,b"], { type: "text/csv" }));
  assertEquals(typed.mimeType, "text/csv");
  assertEquals(typed.object.size, 3);
  assertEquals(typed.object.name, undefined);
  assertEquals(typed.text, "a,b");
  const untyped = await sent(new Blob(["a,b"]));
  assertEquals(untyped.mimeType, "application/octet-stream");
});

Deno.test("a File tells its name as well", async () => {
  const file = new File(["<p>"], "page.html", { type: "text/html" });
  const it = await sent(file);
  assertEquals(it.object.name, "page.html");
  assertEquals(it.mimeType, "text/html");
  assertEquals(it.object.size, 3);
});

Deno.test("a Response tells its media type, and its length where it is the content's", async () => {
  const plain = new Response("a,b", {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-length": "3",
    },
  });
  const it = await sent(plain);
  assertEquals(it.mimeType, "text/csv; charset=utf-8");
  assertEquals(it.object.size, 3);
  assertEquals(it.text, "a,b");
  const packed = await sent(
    new Response("a,b", {
      headers: { "content-encoding": "gzip", "content-length": "99" },
    }),
  );
  assertEquals(packed.object.size, undefined);
});

Deno.test("a Response whose type is gone once its body was looked at is asked for it first", async () => {
  // Bun's of a Blob.
  class Forgetful extends Response {
    override get body(): Response["body"] {
      this.headers.delete("content-type");
      return super.body;
    }
  }
  const it = await sent(
    new Forgetful("a,b", { headers: { "content-type": "text/csv" } }),
  );
  assertEquals(it.mimeType, "text/csv");
});

Deno.test("a Response's length that is no number is not told", async () => {
  for (const length of ["", "three", "-1", "1.5"]) {
    const headers = { "content-length": length };
    const it = await sent(new Response("abc", { headers }));
    assertEquals(it.object.size, undefined);
  }
});

Deno.test("a Response without a body is an empty object", async () => {
  const headers = { "content-length": "100" };
  const it = await sent(new Response(null, { headers }));
  assertEquals(it.object.size, 1);
  assertEquals(it.bytes.length, 0);
});

Deno.test("text of a Response in another charset is transcoded, and its size is not known", async () => {
  const headers = {
    "content-type": "text/plain; charset=iso-8859-1",
    "content-length": "2",
  };
  const it = await sent(new Response(Uint8Array.of(0xfc, 0xdf), { headers }));
  assertEquals(it.mimeType, "text/plain");
  assertEquals(it.object.size, undefined);
  assertEquals(it.text, "üß");
});

Deno.test("a stream and an async iterable have neither media type nor size", async () => {
  async function* generate(): AsyncGenerator<PipeChunk> {
    yield "a";
    yield Uint8Array.of(0x62);
  }
  for (const source of [new Blob(["ab"]).stream(), generate()]) {
    const it = await sent(source);
    assertEquals(it.mimeType, "application/octet-stream");
    assertEquals(Object.keys(it.object), ["objectId"]);
    assertEquals(it.text, "ab");
  }
});

Deno.test("an empty source is one empty write unless it is text, and its size is 1", async () => {
  const sources: readonly PipeSource[] = [
    "",
    new Uint8Array(0),
    new Blob([]),
    new Blob([]).stream(),
  ];
  for (const source of sources) {
    const it = await sent(source);
    const writes = source === "" ? [] : ["write:"];
    assertEquals(it.log, ["open", ...writes, "close"]);
    assertEquals(
      it.object.size,
      source instanceof ReadableStream ? undefined : 1,
    );
  }
});

Deno.test("every object has an id of its own unless one is given", async () => {
  const first = await sent("a");
  const second = await sent("a");
  assertMatch(String(first.object.objectId), UUID);
  assert(first.object.objectId !== second.object.objectId);
  const given = await sent("a", { objinfo: { objectId: "mine" } });
  assertEquals(given.object.objectId, "mine");
});

Deno.test("what the user says about the object wins, unknown members are kept, nothing is null", async () => {
  const file = new File(["abc"], "a.txt");
  const { object } = await sent(file, {
    objinfo: {
      objectId: "o",
      name: "b.txt",
      size: 0,
      department: "x",
      path: null,
      url: undefined,
    },
  });
  assertEquals(object, {
    objectId: "o",
    name: "b.txt",
    size: 1,
    department: "x",
  });
});

Deno.test("the user's media type wins over the source's", async () => {
  const blob = new Blob(["abc"], { type: "text/csv" });
  assertEquals(
    (await sent(blob, { mimeType: "text/plain" })).mimeType,
    "text/plain",
  );
});

Deno.test("anything else is no source, and nothing is sent", async () => {
  await using server = await pipeServer();
  for (const source of [5, null, undefined, {}, ["a"], new Date(0)]) {
    await assertRejects(
      () => send(server.session, "tk_1", source as unknown as PipeSource),
      TypeError,
      "Expected a string, bytes, a Blob, a Response, a stream or an async iterable",
    );
  }
  assertEquals(server.log(), []);
});

Deno.test("a source that somebody else reads is refused before any traffic", async () => {
  await using server = await pipeServer();
  const used = new Response("a");
  await used.text();
  const lockedBody = new Response("a");
  const bodyReader = lockedBody.body!.getReader();
  const locked = new Blob(["a"]).stream();
  const reader = locked.getReader();
  for (const source of [used, lockedBody, locked]) {
    await assertRejects(
      () => send(server.session, "tk_1", source),
      ValidationException,
      "locked",
    );
  }
  assertEquals(server.log(), []);
  await reader.cancel();
  await bodyReader.cancel();
});
