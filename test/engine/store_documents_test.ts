import { assert, assertEquals, assertMatch } from "@std/assert";
import { directoryStore } from "../../lib/engine/mod.ts";
import { withEngine } from "../support/engine_rig.ts";
import { withServedEngine } from "../support/served_engine.ts";
import { type StorePort, storePort } from "../support/store_port.ts";
import { tempFolder } from "../support/temp_folder.ts";

const PIPELINE = {
  name: "Invoices",
  components: [
    { id: "in", provider: "webhook", config: { mode: "Source", name: "Up" } },
    { id: "out", provider: "response_text", config: {} },
  ],
};
const SUMMARY = {
  id: "p",
  name: "Invoices",
  sources: [{ id: "in", provider: "webhook", name: "Up" }],
  totalComponents: 2,
};

function withPort(test: (port: StorePort) => Promise<void>): Promise<void> {
  return withEngine([], ({ client }) => test(storePort(client)));
}

for (const kind of ["project", "template"]) {
  const id = { [`${kind}Id`]: "p" };

  Deno.test(`a ${kind} is saved, read, listed and deleted`, async () => {
    await withPort(async (port) => {
      const saving = { ...id, pipeline: PIPELINE };
      const { version, ...saved } = await port.ok(`save_${kind}`, saving);
      assertEquals(saved, { success: true, [`${kind}_id`]: "p" });
      assertEquals(await port.ok(`get_${kind}`, id), {
        success: true,
        pipeline: PIPELINE,
        version,
      });
      assertEquals(await port.ok(`get_all_${kind}s`), {
        success: true,
        [`${kind}s`]: [SUMMARY],
        count: 1,
      });
      assert((await port.ok(`delete_${kind}`, id)).success);
      assertMatch(await port.fails(`get_${kind}`, id), /^NOT_FOUND: /);
      assertMatch(await port.fails(`delete_${kind}`, id), /^NOT_FOUND: /);
      assertEquals((await port.ok(`get_all_${kind}s`)).count, 0);
    });
  });

  Deno.test(`a ${kind} of another version is neither replaced nor deleted`, async () => {
    await withPort(async (port) => {
      const saving = { ...id, pipeline: PIPELINE };
      const missing = { ...saving, expectedVersion: "none" };
      assertMatch(await port.fails(`save_${kind}`, missing), /^CONFLICT: /);
      const { version } = await port.ok(`save_${kind}`, saving);
      const pipeline = { components: [] };
      const next = await port.ok(`save_${kind}`, {
        ...id,
        pipeline,
        expectedVersion: version,
      });
      const old = { ...saving, expectedVersion: version };
      assertMatch(await port.fails(`save_${kind}`, old), /^CONFLICT: /);
      assertMatch(await port.fails(`delete_${kind}`, old), /^CONFLICT: /);
      assertEquals((await port.ok(`get_${kind}`, id)).pipeline, pipeline);
      const current = { ...id, expectedVersion: next.version };
      await port.ok(`delete_${kind}`, current);
    });
  });

  Deno.test(`a ${kind} is a file as well`, async () => {
    await withPort(async (port) => {
      await port.ok(`save_${kind}`, { ...id, pipeline: PIPELINE });
      const path = `.${kind}s/p.json`;
      assertEquals(JSON.parse(await port.get(path)), PIPELINE);
      await port.put(`.${kind}s/q.json`, '{"components":[null,{"id":5}]}');
      await port.put(`.${kind}s/bad.json`, "no JSON");
      await port.put(`.${kind}s/note.txt`, "none of them");
      await port.put(`.${kind}s/list.json`, "[1]");
      await port.ok("fs_mkdir", { path: `.${kind}s/dir.json` });
      const body = await port.ok(`get_all_${kind}s`);
      const ids = body[`${kind}s`].map(({ id }: { id: string }) => id);
      assertEquals(ids, ["p", "q"]);
      const bad = { [`${kind}Id`]: "bad" };
      assertMatch(await port.fails(`get_${kind}`, bad), /^STORAGE_ERROR: /);
    });
  });

  Deno.test(`a ${kind} needs an id that is a name, and a pipeline`, async () => {
    await withPort(async (port) => {
      for (const bad of ["", "../p", "a/b", "a\\b", undefined, 5, "a:b"]) {
        const args = { [`${kind}Id`]: bad, pipeline: PIPELINE };
        await port.fails(`save_${kind}`, args);
        await port.fails(`get_${kind}`, args);
        await port.fails(`delete_${kind}`, args);
      }
      for (const pipeline of [undefined, null, {}, [], "x"]) {
        await port.fails(`save_${kind}`, { ...id, pipeline });
      }
      assertEquals(await port.names(`.${kind}s`), []);
    });
  });

  Deno.test(`a ${kind} that somebody writes as a file waits for that`, async () => {
    await withPort(async (port) => {
      const path = `.${kind}s/p.json`;
      const { handle } = await port.ok("fs_open", { path, mode: "w" });
      const saving = { ...id, pipeline: PIPELINE };
      const refusal = await port.fails(`save_${kind}`, saving);
      assertEquals(refusal, `Open for writing: ${path}`);
      await port.ok("fs_close", { handle, mode: "w" });
      await port.ok(`save_${kind}`, saving);
    });
  });
}

Deno.test("templates are everybody's, projects are the user's", async () => {
  const auth = ["local", { key: "ada", userId: "ada" }];
  await withServedEngine({ auth }, async ({ connect }) => {
    const local = storePort(await connect("local"));
    const ada = storePort(await connect("ada"));
    const pipeline = PIPELINE;
    await local.ok("save_template", { templateId: "t", pipeline });
    await local.ok("save_project", { projectId: "p", pipeline });
    assertEquals((await ada.ok("get_all_templates")).count, 1);
    assertEquals((await ada.ok("get_all_projects")).count, 0);
  });
});

Deno.test("saves of one project at once leave one of them whole", async () => {
  await withPort(async (port) => {
    const saves = Array.from({ length: 20 }, (_, i) =>
      port.ok("save_project", {
        projectId: "p",
        pipeline: { components: [], name: "x".repeat(i * 100) },
      }));
    const versions = (await Promise.all(saves)).map(({ version }) => version);
    const { version } = await port.ok("get_project", { projectId: "p" });
    assertEquals(version, versions.at(-1));
    assertEquals(new Set(versions).size, 20);
  });
});

Deno.test("of two who change one version, one must look again", async () => {
  await withPort(async (port) => {
    const projectId = "p";
    const first = { projectId, pipeline: { components: [] } };
    const { version } = await port.ok("save_project", first);
    const next = (name: string) =>
      port.ok("save_project", {
        projectId,
        pipeline: { components: [], name },
        expectedVersion: version,
      });
    const results = await Promise.allSettled([next("a"), next("b")]);
    assertEquals(results.map(({ status }) => status), [
      "fulfilled",
      "rejected",
    ]);
  });
});

Deno.test("logs are kept by source and start, and listed a hundred at a time", async () => {
  await withPort(async (port) => {
    const save = (source: string, startTime: unknown) => {
      const contents = { body: { startTime, note: source } };
      return { projectId: "p", source, contents };
    };
    assertEquals(await port.ok("save_log", save("in", 1764337626)), {
      success: true,
      filename: "in-1764337626.log",
    });
    const key = { projectId: "p", source: "in", startTime: 1764337626 };
    assertEquals(await port.ok("get_log", key), {
      success: true,
      contents: { body: { startTime: 1764337626, note: "in" } },
    });
    const none = { ...key, startTime: 1 };
    assertMatch(await port.fails("get_log", none), /^NOT_FOUND: /);
    for (let i = 0; i < 120; i++) await port.ok("save_log", save("x", i));
    const first = await port.ok("list_logs", { projectId: "p", source: "x" });
    assertEquals(
      [first.logs.length, first.count, first.total_count, first.total_pages],
      [100, 100, 120, 2],
    );
    const second = await port.ok("list_logs", { projectId: "p", page: 1 });
    assertEquals([second.logs.length, second.page], [21, 1]);
    const nothing = await port.ok("list_logs", { projectId: "q" });
    assertEquals([nothing.logs, nothing.total_pages], [[], 0]);
    for (const contents of [{}, { body: {} }, { body: { startTime: "1" } }]) {
      const bad = { projectId: "p", source: "in", contents };
      assertMatch(await port.fails("save_log", bad), /^STORAGE_ERROR: /);
    }
  });
});

Deno.test("logs are listed by when they were written, the oldest first", async () => {
  await using folder = await tempFolder();
  const { path } = folder;
  await withEngine([], async ({ client }) => {
    const port = storePort(client);
    for (const [startTime, writtenAt] of [[1, 30], [2, 10], [3, 20]]) {
      const contents = { body: { startTime } };
      const log = { projectId: "p", source: "in", contents };
      const { filename } = await port.ok("save_log", log);
      await Deno.utime(`${path}/.logs/p/${filename}`, writtenAt!, writtenAt!);
    }
    const { logs } = await port.ok("list_logs", { projectId: "p" });
    assertEquals(logs, ["in-2.log", "in-3.log", "in-1.log"]);
  }, { store: directoryStore(path) });
});

Deno.test("a log whose name has a fraction of seconds is found by whole ones", async () => {
  await withPort(async (port) => {
    await port.put(".logs/p/in-1764337626.0.log", '{"a":1}');
    const key = { projectId: "p", source: "in", startTime: 1764337626 };
    assertEquals((await port.ok("get_log", key)).contents, { a: 1 });
    await port.put(".logs/p/in-5.log", "no JSON");
    const bad = { ...key, startTime: 5 };
    assertMatch(await port.fails("get_log", bad), /^STORAGE_ERROR: /);
  });
});
