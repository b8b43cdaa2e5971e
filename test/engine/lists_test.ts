import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { pageOf } from "../../lib/engine/commands/paged.ts";
import { withEngine } from "../support/engine_rig.ts";
import type { Body } from "../support/raw_client.ts";
import { withServedEngine } from "../support/served_engine.ts";
import { chain } from "../support/test_nodes.ts";

const RULES = {
  searched: ["name", "tags"],
  order: { field: "at", dir: "asc" },
} as const;
const ROWS = [
  { name: "beta", at: 3, tags: ["x"], on: true },
  { name: "Alpha", at: 1, tags: [], on: false },
  { name: "gamma", at: 2, tags: ["Xy"], on: true, extra: null },
];

const names = (args: object): unknown[] =>
  (pageOf(ROWS, { ...args }, RULES) as Body).rows
    .map(({ name }: Body) => name);

Deno.test("a list comes in pages, in its own order or another", () => {
  assertEquals(names({}), ["Alpha", "gamma", "beta"]);
  assertEquals(names({ page: 2, page_size: 2 }), ["beta"]);
  const { rows: _, ...page } = pageOf(ROWS, { page: 0, page_size: 900 }, RULES);
  assertEquals(page, { total: 3, page: 1, pageSize: 100 });
  const byName = [{ field: "name", dir: "desc" }];
  assertEquals(names({ sort: byName }), ["gamma", "beta", "Alpha"]);
  const levels = [{ field: "on", dir: "desc" }, { field: "at", dir: "asc" }];
  assertEquals(names({ sort: levels }), ["gamma", "beta", "Alpha"]);
  assertEquals(names({ sort: [{ field: "none" }] }), [
    "Alpha",
    "gamma",
    "beta",
  ]);
});

Deno.test("a list is searched and filtered", () => {
  assertEquals(names({ search: "X" }), ["gamma", "beta"]);
  assertEquals(names({ filters: { name: "A", on: true } }), ["gamma", "beta"]);
  assertEquals(names({ filters: { at: [1, 3] } }), ["Alpha", "beta"]);
  assertEquals(names({ filters: { at__gte: 2, at__lte: 2 } }), ["gamma"]);
  assertEquals(names({ filters: { none: "x", name: "" } }).length, 3);
  const days = [{ name: "a", at: "2026-01-02T10:00:00Z" }];
  const within = (filters: object): number =>
    Number(pageOf(days, { filters }, RULES).total);
  assertEquals(within({ at__lte: "2026-01-02" }), 1);
  assertEquals(within({ at__lte: "2026-01-01" }), 0);
  assertEquals(within({ at__gte: "2026-01-03" }), 0);
});

const PIPELINE = {
  ...chain("text", "a=entry", "b=response_all"),
  project_id: "p",
};

Deno.test("connections and tasks are listed, and a client may change its name", async () => {
  await withEngine([], async ({ client, start, connect }) => {
    const watcher = await connect();
    await watcher.ok("rrext_monitor", { token: "*", types: ["DASHBOARD"] });
    await start(PIPELINE);
    assertEquals(await client.ok("rrext_identify", { clientName: "mine" }), {
      appName: "mine",
    });
    const { timestamp, ...event } = await watcher.nextEvent("apaevt_dashboard");
    assert(timestamp > 0);
    assertEquals(event, {
      action: "connection_updated",
      connectionId: "1",
      appName: "mine",
      __id: "",
    });
    const found = await client.ok("rrext_list_connections", { search: "mine" });
    assertEquals(found.total, 1);
    assertEquals(found.rows[0].clientInfo, { name: "mine" });
    const { rows: [task], total } = await client.ok("rrext_list_tasks", {
      filters: { projectId: "p" },
    });
    assertEquals([total, task.source, task.runKind], [1, "a", "dev"]);
  });
});

Deno.test("settings are shown as a node would get them", async () => {
  await withEngine([], async ({ client }) => {
    const provider = "llm_openai";
    const services = await client.ok("rrext_services", { service: provider });
    const { default: profile, profiles } = services.preconfig;
    const plain = await client.ok("rrext_resolve_config", { provider });
    assertEquals([plain.profile, plain.dropped], [profile, []]);
    assertEquals(plain.resolved, profiles[profile]);
    const config = { profile, [profile]: { apikey: "k" }, model: "other" };
    const { resolved, dropped } = await client.ok("rrext_resolve_config", {
      provider,
      config,
    });
    assertEquals(dropped, ["model"]);
    assertEquals(resolved, { ...profiles[profile], apikey: "k" });
    const fails = (args: object): Promise<string> =>
      client.fails("rrext_resolve_config", args);
    assertEquals(await fails({}), "provider is required");
    assertEquals(
      await fails({ provider, config: [] }),
      "config must be an object",
    );
    assertEquals(await fails({ provider: "x" }), "Service 'x' not found.");
  });
});

Deno.test("many files come in one answer, those that fail as well", async () => {
  await withEngine([], async ({ client }) => {
    await writeFile(client, "a", "hi");
    const { body, arguments: { data } } = await client.request("rrext_store", {
      subcommand: "fs_read_many",
      paths: ["a", "none", "../b"],
    }) as Body;
    assertEquals(body.entries.map(({ ok }: Body) => ok), [true, false, false]);
    assertEquals(body.entries[0], { path: "a", ok: true });
    assertStringIncludes(body.entries[1].error, "none");
    assertEquals([...data], [0, 0, 0, 2, 104, 105, ...new Uint8Array(8)]);
    const many = { subcommand: "fs_read_many", paths: Array(257).fill("a") };
    assertEquals(
      await client.fails("rrext_store", many),
      "At most 256 files at once",
    );
  });
});

Deno.test("an address reads a file, without a key, for a while", async () => {
  await withServedEngine({ auth: ["key"] }, async ({ connect, origin }) => {
    const client = await connect();
    await writeFile(client, "d/ä b.txt", "text");
    const args = { subcommand: "fs_geturl", path: "d/ä b.txt" };
    const { url } = await client.ok("rrext_store", args);
    assert(url.startsWith(`${origin}/task/fetch?token=`));
    const response = await fetch(url);
    assertEquals(await response.text(), "text");
    const { headers } = response;
    assertEquals(headers.get("content-length"), "4");
    assertEquals(
      headers.get("content-disposition"),
      "attachment; filename*=UTF-8''%C3%A4%20b.txt",
    );
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    const wrong = await fetch(`${origin}/task/fetch?token=x`);
    assertEquals([wrong.status, await wrong.json()], [404, {
      detail: "Not Found",
    }]);
    const fails = (more: object): Promise<string> =>
      client.fails("rrext_store", { ...args, ...more });
    assertStringIncludes(await fails({ path: "none" }), "File not found");
    assertStringIncludes(await fails({ expires_in: 0 }), "expires_in");
    await client.ok("rrext_store", {
      subcommand: "fs_delete",
      path: args.path,
    });
    const gone = await fetch(url);
    assertEquals(gone.status, 404);
    await gone.body?.cancel();
  });
  await withEngine([], async ({ client }) => {
    const args = { subcommand: "fs_geturl", path: "a" };
    assertStringIncludes(
      await client.fails("rrext_store", args),
      "not served over HTTP",
    );
  });
});

async function writeFile(
  client: Parameters<Parameters<typeof withEngine>[1]>[0]["client"],
  path: string,
  text: string,
): Promise<void> {
  const { handle } = await client.ok("rrext_store", {
    subcommand: "fs_open",
    path,
    mode: "w",
  });
  const data = new TextEncoder().encode(text);
  await client.ok("rrext_store", { subcommand: "fs_write", handle }, data);
  await client.ok("rrext_store", { subcommand: "fs_close", handle, mode: "w" });
}
