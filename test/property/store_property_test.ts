import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { close } from "../../lib/session/connection.ts";
import { connect } from "../../lib/session/connect.ts";
import type { Session } from "../../lib/session/session.ts";
import { createEngine } from "../../lib/engine/engine.ts";
import { directoryStore } from "../../lib/engine/store/directory_store.ts";
import type { FileStore } from "../../lib/engine/store/file_store.ts";
import { memoryStore } from "../../lib/engine/store/memory_store.ts";
import {
  list,
  mkdir,
  readFile,
  readText,
  remove,
  rename,
  stat,
  writeFile,
  writeText,
} from "@rocketride/streams/store";
import { sameBytes } from "../support/same_bytes.ts";
import type { Body } from "../support/scripted_line.ts";
import { reading, storeServer } from "../support/store_server.ts";
import { type Step, StoreModel } from "../support/store_model.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Few, and inside of each other, so that they meet often. */
const path = fc.constantFrom("a", "b", "a/b", "a/b/c", "b/a", "b/a/b", "c/c/c");

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant("write" as const),
    path,
    text: fc.string({ maxLength: 5 }),
  }),
  fc.record({
    kind: fc.constantFrom("read" as const, "list" as const, "stat" as const),
    path,
  }),
  fc.record({ kind: fc.constant("mkdir" as const), path }),
  fc.record({
    kind: fc.constant("remove" as const),
    path,
    recursive: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("rename" as const), path, to: path }),
);

/** Do a step, and say what came of it: a value, or the code of a refusal. */
async function act(session: Session, it: Step): Promise<unknown> {
  try {
    switch (it.kind) {
      case "write":
        return await writeText(session, it.path, it.text);
      case "read":
        return await readText(session, it.path);
      case "list":
        return (await list(session, it.path)).map(({ name }) => name);
      case "stat": {
        const { type, size } = await stat(session, it.path) ?? {};
        return type === "file" ? size : type;
      }
      case "mkdir":
        return await mkdir(session, it.path);
      case "remove":
        return await remove(session, it.path, {
          recursive: it.recursive,
        });
      case "rename":
        return await rename(session, it.path, it.to);
    }
  } catch (error) {
    return (error as { code: unknown }).code;
  }
}

async function agrees(
  store: FileStore,
  steps: readonly Step[],
): Promise<void> {
  const engine = createEngine({ store });
  const session = await connect({ transport: engine.transport(), env: {} });
  const model = new StoreModel();
  for (const [index, it] of steps.entries()) {
    const said = `step ${index}: ${JSON.stringify(it)}`;
    assertEquals(await act(session, it), model.act(it), said);
  }
  await close(session);
  await engine.close();
}

Deno.test("a store in memory does what a map of paths would", async () => {
  const steps = fc.array(step, { maxLength: 30 });
  const property = fc.asyncProperty(
    steps,
    (it) => agrees(memoryStore(), it),
  );
  await fc.assert(property, { numRuns: 150 });
});

Deno.test("a store in a directory does what a map of paths would", async () => {
  await using temp = await tempFolder();
  const root = temp.path;
  let count = 0;
  const steps = fc.array(step, { maxLength: 30 });
  const property = fc.asyncProperty(
    steps,
    (it) => agrees(directoryStore(`${root}/${count++}`), it),
  );
  await fc.assert(property, { numRuns: 40 });
});

Deno.test("a file in memory has what was written, wherever it is read", async () => {
  const sizes = fc.array(fc.oneof(fc.nat(9), fc.nat(300_000)), {
    maxLength: 6,
  });
  const reads = fc.array(fc.tuple(fc.nat(900_000), fc.nat(300_000)), {
    maxLength: 8,
  });
  const property = fc.asyncProperty(sizes, reads, async (sizes, reads) => {
    const store = memoryStore();
    const parts = sizes.map((size, index) =>
      Uint8Array.from({ length: size }, (_, at) => at * 7 + index)
    );
    const writer = await store.write("a");
    for (const part of parts) await writer.write(part);
    await writer.close();
    const whole = new Uint8Array(sizes.reduce((sum, it) => sum + it, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    const reader = await store.read("a");
    assertEquals(reader.size, whole.length);
    for (const [offset, length] of [...reads, [0, whole.length]]) {
      const expected = whole.subarray(offset!, offset! + length!);
      const found = await reader.read(offset!, length!);
      assertEquals(sameBytes(found, expected), true);
    }
  });
  await fc.assert(property, { numRuns: 40 });
});

const content = fc.nat(60_000).map((size) =>
  Uint8Array.from({ length: size }, (_, at) => at % 253)
);

Deno.test("parts of a file make up the file, however an engine answers", async () => {
  const property = fc.asyncProperty(
    content,
    fc.array(fc.nat(60_000), { maxLength: 4 }),
    fc.integer({ min: 1_000, max: 70_000 }),
    fc.integer({ min: 4_096, max: 20_000 }),
    fc.integer({ min: 1, max: 6 }),
    fc.boolean(),
    async (content, cuts, most, frameBytes, readAhead, tells) => {
      await using server = await storeServer({
        fs_open: () => ({
          handle: "h",
          ...(tells && { size: content.length }),
        }),
        fs_read: reading(content, most),
      });
      const parts: Uint8Array[] = [];
      const edges = [0, ...cuts.sort((a, b) => a - b), Infinity];
      for (const [index, offset] of edges.slice(0, -1).entries()) {
        const length = edges[index + 1]! - offset;
        const options = { offset, length, frameBytes, readAhead };
        const stream = await readFile(server.session, "a", options);
        parts.push(new Uint8Array(await new Response(stream).arrayBuffer()));
      }
      const all = Uint8Array.from(parts.flatMap((part) => [...part]));
      assertEquals(sameBytes(all, content), true);
    },
  );
  await fc.assert(property, { numRuns: 60 });
});

Deno.test("however a file is cut into chunks, it arrives whole, in frames that fit", async () => {
  const property = fc.asyncProperty(
    fc.array(fc.nat(20_000), { maxLength: 12 }),
    fc.integer({ min: 4_096, max: 16_384 }),
    async (sizes, frameBytes) => {
      let inFlight = 0;
      const arrived: number[] = [];
      await using server = await storeServer({
        async fs_write({ arguments: args }): Promise<Body> {
          const data = args?.data as Uint8Array;
          assertEquals(++inFlight, 1);
          await undefined;
          inFlight--;
          assertEquals(data.length <= frameBytes, true);
          for (const byte of data) arrived.push(byte);
          return { bytesWritten: data.length };
        },
      });
      const options = { frameBytes };
      const stream = await writeFile(server.session, "a", options);
      const writer = stream.getWriter();
      const expected: number[] = [];
      for (const [index, size] of sizes.entries()) {
        const chunk = Uint8Array.from({ length: size }, (_, at) => at + index);
        for (const byte of chunk) expected.push(byte);
        await writer.write(chunk);
        chunk.fill(0xff);
      }
      await writer.close();
      assertEquals(arrived.length, expected.length);
      assertEquals(arrived.every((byte, at) => byte === expected[at]), true);
    },
  );
  await fc.assert(property, { numRuns: 60 });
});
