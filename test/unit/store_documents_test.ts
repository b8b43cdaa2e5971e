import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  deleteLog,
  deleteProject,
  deleteTemplate,
  getAllProjects,
  getAllTemplates,
  getLog,
  getProject,
  getTemplate,
  listLogs,
  saveLog,
  saveProject,
  saveTemplate,
} from "@rocketride/streams/store";
import { isDAPException, RocketRideException } from "../../lib/errors.ts";
import { close } from "../../lib/session/connection.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import { gate, refusing } from "../support/pipe_server.ts";
import type { Script } from "../support/scripted_server.ts";
import { reading, storeServer } from "../support/store_server.ts";

const PIPELINE = { components: [] };
const SUMMARY = { id: "a", name: "A", sources: [], totalComponents: 0 };

/** A server of 1.0: documents, and something else for files. */
const OLD: Script = Object.fromEntries(
  ["fs_open", "fs_list_dir", "fs_stat"].map((name) => [
    name,
    refusing(`What is ${name}?`),
  ]),
);

/** A server of 1.1: files alone, here of one content. */
function modern(text: string, more: Script = {}): Script {
  const content = new TextEncoder().encode(text);
  return {
    fs_open: ({ arguments: args }) =>
      args?.mode === "w"
        ? { handle: "h" }
        : { handle: "h", size: content.length },
    fs_read: reading(content),
    fs_stat: () => ({ exists: true, type: "file" }),
    fs_delete: () => {},
    ...Object.fromEntries(
      [
        "save_project",
        "get_project",
        "delete_project",
        "get_all_projects",
        "save_template",
        "get_template",
        "delete_template",
        "get_all_templates",
        "save_log",
        "get_log",
        "list_logs",
      ].map((name) => [name, refusing(`Unknown subcommand: ${name}`)]),
    ),
    ...more,
  };
}

const KINDS = [
  {
    kind: "project",
    save: saveProject,
    get: getProject,
    remove: deleteProject,
    getAll: getAllProjects,
  },
  {
    kind: "template",
    save: saveTemplate,
    get: getTemplate,
    remove: deleteTemplate,
    getAll: getAllTemplates,
  },
] as const;

for (const { kind, save, get, remove, getAll } of KINDS) {
  const id = { [`${kind}Id`]: "a" };

  Deno.test(`a ${kind} on a server of 1.0 is one request`, async () => {
    await using server = await storeServer({
      ...OLD,
      [`save_${kind}`]: () => ({ success: true, version: 2 }),
      [`get_${kind}`]: () => ({ pipeline: PIPELINE, version: "v" }),
      [`delete_${kind}`]: () => ({ success: true }),
      [`get_all_${kind}s`]: () => ({ [`${kind}s`]: [SUMMARY], count: 1 }),
    });
    const { session } = server;
    assertEquals(await save(session, "a", { pipeline: PIPELINE }), 2);
    const options = { expectedVersion: 1 };
    await save(session, "a", PIPELINE, options);
    assertEquals(await get(session, "a"), { pipeline: PIPELINE, version: "v" });
    await remove(session, "a", options);
    assertEquals(await getAll(session), [SUMMARY]);
    assertEquals(server.requests.map((it) => it.arguments), [
      { subcommand: `save_${kind}`, ...id, pipeline: PIPELINE },
      { subcommand: `save_${kind}`, ...id, pipeline: PIPELINE, ...options },
      { subcommand: `get_${kind}`, ...id },
      { subcommand: `delete_${kind}`, ...id, ...options },
      { subcommand: `get_all_${kind}s` },
    ]);
  });

  Deno.test(`a ${kind} on a server of 1.1 is a file, and documents are tried once`, async () => {
    await using server = await storeServer(modern('{"components":[]}'));
    const { session } = server;
    assertEquals(await save(session, "a", PIPELINE), undefined);
    const { pipeline, version } = await get(session, "a");
    assertEquals([pipeline, version], [PIPELINE, undefined]);
    await remove(session, "a");
    const text = JSON.stringify(PIPELINE, null, 2);
    assertEquals(server.log(), [
      `save_${kind}`,
      "fs_open",
      `fs_write:${text}`,
      "fs_close",
      "fs_open",
      "fs_read:0+17",
      "fs_close",
      "fs_stat",
      "fs_delete",
    ]);
    assertEquals(server.requests[1]?.arguments?.path, `.${kind}s/a.json`);
  });

  Deno.test(`${kind}s on a server of 1.1 are summed up; what is none is left out`, async () => {
    await using server = await storeServer(modern('{"components":[{"id":1}]}', {
      fs_list_dir: () => ({
        entries: [
          ..."abcdefghijkl".split("").map((id) => ({
            name: `${id}.json`,
            type: "file",
          })),
          { name: "note.txt", type: "file" },
          { name: "dir.json", type: "dir" },
        ],
      }),
      fs_open: ({ arguments: args }) => {
        if (String(args?.path).endsWith("/c.json")) throw new Error("Gone");
        return { handle: "h", size: 25 };
      },
      fs_stat: () => ({ exists: false }),
    }));
    const all = await getAll(server.session);
    assertEquals(all.map(({ id }) => id).join(""), "abdefghijkl");
    assertEquals(all[0]?.totalComponents, 1);
  });

  Deno.test(`a version of a ${kind} that a server of 1.1 would not look at is refused`, async () => {
    await using server = await storeServer(modern("{}"));
    const options = { expectedVersion: "v" };
    for (
      const work of [
        () => save(server.session, "a", PIPELINE, options),
        () => remove(server.session, "a", options),
      ]
    ) {
      const error = await assertRejects(work);
      assert(isDAPException(error, "not-supported"));
    }
    assertEquals(server.log(), [`save_${kind}`]);
  });

  Deno.test(`what is no ${kind} is not taken for one`, async () => {
    await using server = await storeServer({
      [`get_${kind}`]: () => ({ pipeline: 5 }),
      [`get_all_${kind}s`]: () => ({ [`${kind}s`]: [{ id: 5 }] }),
    });
    for (
      const work of [
        () => get(server.session, "a"),
        () => getAll(server.session),
      ]
    ) {
      const error = await assertRejects(work);
      assert(isDAPException(error, "protocol"));
    }
    await using other = await storeServer(modern("[]"));
    const error = await assertRejects(() => get(other.session, "a"));
    assert(isDAPException(error, "protocol"));
  });

  Deno.test(`a refusal of a ${kind} that is no matter of generation stands`, async () => {
    await using server = await storeServer(
      modern("{}", { [`save_${kind}`]: refusing("CONFLICT") }),
    );
    const error = await assertRejects(() =>
      save(server.session, "a", PIPELINE)
    );
    assert(isDAPException(error, "version-conflict"));
    assertEquals(server.log(), [`save_${kind}`]);
  });

  Deno.test(`a ${kind} is checked before anything is sent`, async () => {
    await using server = await storeServer();
    const { session } = server;
    for (const bad of ["../a", "a/b", "a\\b", ".."]) {
      await assertRejects(() => save(session, bad, PIPELINE), Error, "ath");
      await assertRejects(() => get(session, bad), Error, "ath");
      await assertRejects(() => remove(session, bad), Error, "ath");
    }
    await assertRejects(() => get(session, ""), TypeError, kind);
    for (const none of [{}, [], null, "x"]) {
      const given = none as never;
      await assertRejects(() => save(session, "a", given), Error, "components");
    }
    assertEquals(server.requests, []);
  });
}

Deno.test("what is there but is not given is not left out of a list", async () => {
  const words = "Too many open files: at most 64 on one connection";
  await using server = await storeServer(modern("", {
    fs_list_dir: () => ({ entries: [{ name: "a.json", type: "file" }] }),
    fs_open: refusing(words),
  }));
  await assertRejects(
    () => getAllProjects(server.session),
    RocketRideException,
    words,
  );
});

Deno.test("a listing that is lost is no shorter listing", async () => {
  const reads = gate();
  await using server = await storeServer(modern("", {
    fs_list_dir: () => ({ entries: [{ name: "a.json", type: "file" }] }),
    fs_read: reads.handler,
    fs_open: () => ({ handle: "h", size: 5 }),
  }));
  const listing = getAllProjects(server.session);
  await server.received("fs_read");
  server.line.close(3_999);
  const error = await assertRejects(() => listing);
  assert(isDAPException(error, "connection-lost"));
});

Deno.test("another line may lead to an engine of another generation", async () => {
  await using server = await storeServer(modern("{}"), { persist: true });
  const { session } = server;
  await saveProject(session, "a", PIPELINE);
  await saveProject(session, "a", PIPELINE);
  assertEquals(server.log().filter((it) => it === "save_project").length, 1);
  server.line.close(3_999);
  await drainMicrotasks();
  const saved = saveProject(session, "a", PIPELINE);
  await server.clock.advance(15_000);
  await saved;
  assertEquals(server.log().filter((it) => it === "save_project").length, 2);
  await close(session);
});

const CONTENTS = { body: { startTime: 12.5, note: "x" } };
const NAME = "in-12.5.log";

Deno.test("logs on a server of 1.0 go by source and start", async () => {
  const pages = [["in-1.log"], ["in-2.log"], []];
  await using server = await storeServer({
    ...OLD,
    save_log: () => ({ success: true, filename: NAME }),
    get_log: () => ({ contents: CONTENTS }),
    list_logs: ({ arguments: args }) => ({
      logs: pages[args?.page as number],
      total_pages: 9,
    }),
  });
  const { session } = server;
  assertEquals(await saveLog(session, "p", "in", CONTENTS), NAME);
  assertEquals(await getLog(session, "p", NAME), CONTENTS);
  const logs = await listLogs(session, "p", { source: "in" });
  assertEquals(logs, [{ name: "in-1.log" }, { name: "in-2.log" }]);
  assertEquals(server.requests.slice(0, 3).map((it) => it.arguments), [
    {
      subcommand: "save_log",
      projectId: "p",
      source: "in",
      contents: CONTENTS,
    },
    { subcommand: "get_log", projectId: "p", source: "in", startTime: 12.5 },
    { subcommand: "list_logs", projectId: "p", source: "in", page: 0 },
  ]);
  assertEquals(server.requests.length, 5);
});

Deno.test("logs on a server of 1.1 are files, the oldest first", async () => {
  const log = (name: string, modified?: number) => ({
    name,
    type: "file",
    ...(modified && { modified }),
  });
  await using server = await storeServer(modern('{"a":1}', {
    fs_list_dir: () => ({
      entries: [
        log("in-1.log", 9),
        log("in-2.log", 3),
        log("on-3.log", 1),
        {
          name: "in-4.log",
          type: "dir",
        },
        log("in-5.txt", 1),
        log("in-6.log"),
      ],
    }),
  }));
  const { session } = server;
  assertEquals(await saveLog(session, "p", "in", CONTENTS), NAME);
  assertEquals(await getLog(session, "p", NAME), { a: 1 });
  // A name that servers of 1.0 could not have.
  assertEquals(await getLog(session, "p", "notes"), { a: 1 });
  assertEquals(await listLogs(session, "p", { source: "in" }), [
    { name: "in-6.log" },
    { name: "in-2.log", modified: 3 },
    { name: "in-1.log", modified: 9 },
  ]);
  assertEquals((await listLogs(session, "p")).length, 4);
  await deleteLog(session, "p", NAME);
  const paths = server.requests.map(({ arguments: args }) => args?.path);
  assertEquals(paths[1], `.logs/p/${NAME}`);
  assertEquals(paths.at(-1), `.logs/p/${NAME}`);
});

Deno.test("logs are checked before anything is sent", async () => {
  await using server = await storeServer();
  const { session } = server;
  for (
    const body of [undefined, {}, { startTime: "1" }, { startTime: NaN }, {
      startTime: -1,
    }, { startTime: Infinity }]
  ) {
    const given = { body } as never;
    await assertRejects(
      () => saveLog(session, "p", "in", given),
      Error,
      "startTime",
    );
  }
  await assertRejects(() => saveLog(session, "p", "a/b", CONTENTS), Error);
  await assertRejects(() => saveLog(session, "..", "a", CONTENTS), Error);
  await assertRejects(() => getLog(session, "p", "../x"), Error, "ath");
  await assertRejects(() => deleteLog(session, "p", ""), TypeError);
  await assertRejects(() => listLogs(session, ""), TypeError);
  const source = "a/b";
  await assertRejects(() => listLogs(session, "p", { source }), Error, "ath");
  assertEquals(server.requests, []);
});

Deno.test("answers about logs that are something else are not taken for one", async () => {
  await using server = await storeServer({
    save_log: () => ({}),
    get_log: () => ({}),
    list_logs: () => ({ logs: [5] }),
  });
  const { session } = server;
  for (
    const work of [
      () => saveLog(session, "p", "in", CONTENTS),
      () => getLog(session, "p", NAME),
      () => listLogs(session, "p"),
    ]
  ) {
    assert(isDAPException(await assertRejects(work), "protocol"));
  }
});
