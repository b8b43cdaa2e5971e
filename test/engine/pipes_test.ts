import { assert, assertEquals } from "@std/assert";
import { dataPort, refusalPort, withEngine } from "../support/engine_rig.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import { chain, testNode } from "../support/test_nodes.ts";

const PIPELINE = chain("text", "a=entry", "b=response_all");

/** A node that takes its time with texts, later ones less of it. */
const HURRYING = testNode({
  provider: "hurrying",
  instance: () => ({
    on: {
      text: async (text) => {
        for (let turn = 20 - 5 * Number(text); turn > 0; turn--) {
          await Promise.resolve();
        }
      },
    },
  }),
});

Deno.test("an object has an id, also where its name has half a character", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    for (const object of [{ name: "a\ud800" }, { url: "\udc00b" }]) {
      const body = await dataPort(client, token).send("text/plain", "x");
      const port = dataPort(client, token);
      const result = await port.close(await port.open("text/plain", object));
      assertEquals(result.objectId.length, body.objectId.length);
    }
  });
});

Deno.test("what is missing from a data request is named", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    const fails = (args: object): Promise<string> =>
      client.fails("rrext_process", { token, ...args });
    const open = { subcommand: "open", object: {}, mimeType: "text/plain" };
    const cases: [object, string][] = [
      [{ ...open, object: undefined }, "No object info specified"],
      [{ ...open, object: "x" }, "No object info specified"],
      [{ ...open, mimeType: undefined }, "No mimeType specified"],
      [{ ...open, mimeType: "" }, "No mimeType specified"],
      [{ subcommand: "write" }, "No pipe_id specified"],
      [{ subcommand: "write", pipe_id: "0" }, "No pipe_id specified"],
      [{ subcommand: "write", pipe_id: 0 }, "No data specified"],
      [{ subcommand: "write", pipe_id: 0, data: 5 }, "No data specified"],
      [{ subcommand: "close" }, "No pipe_id specified"],
      [{ subcommand: "tell" }, "Invalid subcommand tell"],
      [{}, "Invalid subcommand undefined"],
      [{ subcommand: "open", token: "x" }, "Your pipeline is not running"],
      [{ subcommand: "open", token: undefined }, "Task token is required"],
    ];
    for (const [args, message] of cases) {
      assertEquals(await fails(args), message);
    }
  });
});

Deno.test("a provider that is not the source's is refused", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    const refused = refusalPort(client, token);
    assertEquals(
      await refused.open({ provider: "chat" }),
      `You are looking for a "chat", but this pipeline isn't it`,
    );
    for (const provider of ["entry", "", null, undefined]) {
      const open = { subcommand: "open", object: {}, mimeType: "text/plain" };
      await client.ok("rrext_process", { ...open, token, provider });
    }
  });
});

Deno.test("pipe ids are the lowest free ones, from 0", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    const port = dataPort(client, token);
    const ids = [await port.open(), await port.open(), await port.open()];
    assertEquals(ids, [0, 1, 2]);
    await port.close(1);
    await port.close(0);
    assertEquals([await port.open(), await port.open()], [0, 1]);
  });
});

Deno.test("a pipe that is not there cannot be written to or closed", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    const port = dataPort(client, token);
    const refused = refusalPort(client, token);
    const texts = [
      "Write pipe with id 0 not found",
      "Close pipe with id 0 not found",
    ];
    assertEquals([await refused.write(0, "x"), await refused.close(0)], texts);
    await port.close(await port.open());
    assertEquals([await refused.write(0, "x"), await refused.close(0)], texts);
  });
});

Deno.test("a pipe belongs to the connection that opened it", async () => {
  await withEngine([], async ({ client, connect, start }) => {
    const { token } = await start(PIPELINE);
    const other = await connect();
    const mine = dataPort(client, token);
    const id = await mine.open();
    const refused = refusalPort(other, token);
    assertEquals(
      await refused.write(id, "x"),
      "Write pipe with id 0 not found",
    );
    assertEquals(await refused.close(id), "Close pipe with id 0 not found");
    assertEquals(await dataPort(other, token).open(), 1);
    await mine.write(id, "mine");
    assertEquals((await mine.close(id)).seen, ["mine"]);
  });
});

Deno.test("writes and the close of a pipe happen in the order of their arrival", async () => {
  await withEngine([HURRYING], async ({ client, start }) => {
    const pipeline = chain("text", "a=entry", "b=hurrying", "c=response_all");
    const { token } = await start(pipeline);
    const port = dataPort(client, token);
    const id = await port.open();
    const writes = ["0", "1", "2", "3"].map((text) => port.write(id, text));
    const closed = port.close(id);
    await Promise.all(writes);
    assertEquals((await closed).seen, ["0", "1", "2", "3"]);
  });
});

Deno.test("pipes do not wait for each other", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = testNode({
    provider: "slow",
    instance: ({ object }) => ({
      on: { text: () => object.name === "slow" ? gate.promise : undefined },
    }),
  });
  await withEngine([slow], async ({ client, start }) => {
    const { token } = await start(
      chain("text", "a=entry", "b=slow", "c=response_all"),
    );
    const port = dataPort(client, token);
    const first = await port.open("text/plain", { name: "slow" });
    const held = port.write(first, "1");
    assertEquals((await port.send("text/plain", "2")).seen, ["2"]);
    gate.resolve();
    await held;
    assertEquals((await port.close(first)).seen, ["1"]);
  });
});

Deno.test("a write after the close was asked for is refused", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = testNode({
    provider: "slow",
    instance: () => ({ close: () => gate.promise }),
  });
  await withEngine([slow], async ({ client, start }) => {
    const { token } = await start(chain("text", "a=entry", "b=slow"));
    const port = dataPort(client, token);
    const refused = refusalPort(client, token);
    const id = await port.open();
    const closed = port.close(id);
    assertEquals(
      await refused.write(id, "x"),
      "Write pipe with id 0 is not open",
    );
    assertEquals(await refused.close(id), "Close pipe with id 0 not found");
    gate.resolve();
    await closed;
  });
});

Deno.test("opens beyond the threads wait in order", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE, { threads: 2 });
    const port = dataPort(client, token);
    const order: string[] = [];
    await port.open();
    await port.open();
    const waiting = ["c", "d", "e"].map((name) =>
      port.open().then((id) => {
        order.push(name);
        return id;
      })
    );
    await drainMicrotasks();
    assertEquals(order, []);
    await port.close(1);
    assertEquals(await waiting[0], 1);
    await port.close(0);
    assertEquals(await waiting[1], 0);
    await port.close(0);
    assertEquals(await waiting[2], 0);
    assertEquals(order, ["c", "d", "e"]);
  });
});

Deno.test("an object that grows too large fails", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    const port = dataPort(client, token);
    const refused = refusalPort(client, token);
    const id = await port.open();
    await port.write(id, "12345");
    assertEquals(
      await refused.write(id, "678901"),
      "Object is larger than 10 bytes",
    );
    assertEquals(
      await refused.write(id, "6"),
      "Object is larger than 10 bytes",
    );
    const body = await port.close(id);
    assertEquals(body.error.message, "Object is larger than 10 bytes");
  }, { maxObjectBytes: 10 });
});

Deno.test("objects are counted by outcome and size", async () => {
  const picky = testNode({
    provider: "picky",
    instance: () => ({
      on: {
        text: (text) => {
          if (text === "bad") throw new Error("Bad");
        },
      },
    }),
  });
  await withEngine([picky], async ({ client, clock, start }) => {
    const { token } = await start(chain("text", "a=entry", "b=picky"));
    const port = dataPort(client, token);
    await port.send("text/plain", "12", "345");
    const declared = await port.open("text/plain", { size: 100, name: "big" });
    await port.write(declared, "x");
    await port.close(declared);
    const failing = await port.open();
    await refusalPort(client, token).write(failing, "bad");
    await port.close(failing);
    await clock.advance(2_500);
    const status = await client.ok("rrext_get_task_status", { token });
    const { completedCount, completedSize, failedCount, failedSize } = status;
    assertEquals([completedCount, completedSize], [2, 105]);
    assertEquals([failedCount, failedSize], [1, 3]);
    assertEquals([status.totalCount, status.totalSize], [3, 108]);
    // Three objects and 108 bytes in 2.5 s, times 100.
    assertEquals([status.rateCount, status.rateSize], [120, 4_320]);
    assert(status.currentObject !== "big");
    assertEquals(status.currentSize, 0);
  });
});
