import { assertEquals, assertRejects } from "@std/assert";
import { builtin, startNode, utf8 } from "./harness.ts";

Deno.test("hash stamps the digests of an object, however it was cut", async () => {
  const bench = await startNode(builtin("hash"));
  for (const chunks of [["abc"], ["a", "", "bc"]]) {
    const pipe = bench.open();
    await pipe.sendBytes(...chunks.map(utf8));
    assertEquals(pipe.object.metadata, {
      md5: "900150983cd24fb0d6963f7d28e17f72",
      sha1: "a9993e364706816aba3e25717850c26c9cd0d89d",
      sha256:
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    });
  }
});

Deno.test("hash lets the bytes pass by not consuming them", async () => {
  const pipe = (await startNode(builtin("hash"))).open();
  assertEquals(await pipe.send("tags", { kind: "begin" }), undefined);
  const bytes = utf8("x");
  assertEquals(await pipe.send("tags", { kind: "data", bytes }), undefined);
  assertEquals(bytes, utf8("x"));
  assertEquals(pipe.emitted, []);
});

Deno.test("hash stamps nothing before the stream has ended, and nothing of an earlier one", async () => {
  const pipe = (await startNode(builtin("hash"))).open();
  await pipe.send("tags", { kind: "begin" });
  await pipe.send("tags", { kind: "data", bytes: utf8("lost") });
  assertEquals(pipe.object.metadata, {});
  await pipe.sendBytes(utf8("abc"));
  assertEquals(pipe.object.metadata.md5, "900150983cd24fb0d6963f7d28e17f72");
});

Deno.test("hash stops when the pipe is abandoned", async () => {
  const signal = AbortSignal.abort(new Error("gone"));
  const pipe = (await startNode(builtin("hash"))).open({ signal });
  await assertRejects(
    () => pipe.send("tags", { kind: "begin" }),
    Error,
    "gone",
  );
});
