import { assert, assertEquals, assertRejects } from "@std/assert";
import { list, mkdir, remove, rename, stat } from "@rocketride/streams/store";
import { isDAPException, type RocketRideException } from "../../lib/errors.ts";
import type { CallOptions, Session } from "../../lib/session/session.ts";
import { refusing } from "../support/pipe_server.ts";
import { silent } from "../support/scripted_server.ts";
import { storeServer } from "../support/store_server.ts";
import { hinted } from "../support/hinted.ts";

/** A call, what it sends, what is answered, and what becomes of that. */
interface Case {
  readonly name: string;
  readonly ask: (session: Session, options?: CallOptions) => Promise<unknown>;
  readonly subcommand: string;
  readonly args: object;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  /** Answers that are not what was asked for. */
  readonly wrong?: readonly Readonly<Record<string, unknown>>[];
}

const ENTRIES = [{ name: "a", type: "file", size: 1, modified: 2, extra: 3 }];

const CASES: readonly Case[] = [
  {
    name: "list",
    ask: (session, options) => list(session, "/a\\b/", options),
    subcommand: "fs_list_dir",
    args: { path: "a/b" },
    body: { entries: ENTRIES, count: 1 },
    result: ENTRIES,
    wrong: [{}, { entries: {} }, { entries: [{ name: "a" }] }, {
      entries: [{ name: 5, type: "dir" }],
    }],
  },
  {
    name: "list of the root",
    ask: (session) => list(session),
    subcommand: "fs_list_dir",
    args: { path: "" },
    body: { entries: [], count: 0 },
    result: [],
  },
  {
    name: "stat",
    ask: (session, options) => stat(session, "a", options),
    subcommand: "fs_stat",
    args: { path: "a" },
    body: { exists: true, type: "both", size: 5 },
    result: { type: "both", size: 5 },
    wrong: [{}, { exists: true }, { exists: true, type: "socket" }],
  },
  {
    name: "stat of nothing",
    ask: (session) => stat(session, "/"),
    subcommand: "fs_stat",
    args: { path: "" },
    body: { exists: false },
    result: undefined,
  },
  {
    name: "mkdir",
    ask: (session, options) => mkdir(session, "./a", options),
    subcommand: "fs_mkdir",
    args: { path: "a" },
  },
  {
    name: "rename",
    ask: (session, options) => rename(session, "a", "/b/c", options),
    subcommand: "fs_rename",
    args: { old_path: "a", new_path: "b/c" },
  },
];

for (const { name, ask, subcommand, args, body, result, wrong } of CASES) {
  Deno.test(`${name} asks and reads the answer`, async () => {
    await using server = await storeServer({ [subcommand]: () => body });
    assertEquals(await ask(server.session), result);
    const [request] = server.requests;
    assertEquals(request?.command, "rrext_store");
    assertEquals(request?.token, undefined);
    assertEquals(request?.arguments, { subcommand, ...args });
  });

  for (const answer of wrong ?? []) {
    Deno.test(`${name} does not take ${JSON.stringify(answer)} for an answer`, async () => {
      await using server = await storeServer({ [subcommand]: () => answer });
      const error = await assertRejects(() => ask(server.session));
      assert(isDAPException(error, "protocol"));
    });
  }

  Deno.test(`${name} gives up when it is told to, or when it takes too long`, async () => {
    await using server = await storeServer({ [subcommand]: silent });
    const controller = new AbortController();
    if (ask.length < 2) return;
    const aborted = ask(server.session, { signal: controller.signal });
    controller.abort(new Error("enough"));
    await assertRejects(() => aborted, Error, "enough");
    const late = assertRejects(
      () => ask(server.session, { timeout: 70 }),
      Error,
      "within 70 ms",
    );
    await server.clock.advance(70);
    await late;
  });
}

const REMOVALS: readonly (readonly [
  type: string,
  recursive: boolean,
  asked: readonly Readonly<Record<string, unknown>>[],
])[] = [
  ["file", false, [{ subcommand: "fs_delete", path: "a" }]],
  ["file", true, [{ subcommand: "fs_delete", path: "a" }]],
  ["dir", false, [{ subcommand: "fs_rmdir", path: "a", recursive: false }]],
  ["dir", true, [{ subcommand: "fs_rmdir", path: "a", recursive: true }]],
  ["both", false, [{ subcommand: "fs_delete", path: "a" }]],
  ["both", true, [
    { subcommand: "fs_delete", path: "a" },
    { subcommand: "fs_rmdir", path: "a", recursive: true },
  ]],
];

for (const [type, recursive, asked] of REMOVALS) {
  Deno.test(`remove finds out what it is: ${type}, recursive ${recursive}`, async () => {
    await using server = await storeServer({
      fs_stat: () => ({ exists: true, type }),
      fs_delete: () => {},
      fs_rmdir: () => {},
    });
    await remove(server.session, "/a", { recursive });
    assertEquals(
      server.requests.map(({ arguments: args }) => args),
      [{ subcommand: "fs_stat", path: "a" }, ...asked],
    );
  });
}

Deno.test("remove says when there is nothing", async () => {
  await using server = await storeServer({
    fs_stat: () => ({ exists: false }),
  });
  const error = await assertRejects(() => remove(server.session, "a"));
  assert(isDAPException(error, "file-not-found"));
  assertEquals(error.message, "File not found: a");
});

const REFUSALS: readonly (readonly [string, RocketRideException["code"]])[] = [
  ["File not found: a", "file-not-found"],
  ["Path traversal not allowed: a", "invalid-path"],
  ["Invalid path: a", "invalid-path"],
  ["Not a file: a", "file-not-readable"],
  ["Not a directory: a", "file-not-readable"],
  ["Already exists: a", "file-exists"],
  ["Directory not empty: a", "folder-not-empty"],
  ["Open for writing: a", "file-busy"],
  ["In use: a/b", "file-busy"],
  ["NOT_FOUND: x", "file-not-found"],
  ["Error CONFLICT while saving", "version-conflict"],
  ["STORAGE_ERROR: x", "request-failed"],
  ["Permission 'task.store' denied", "permission-denied"],
  ["Unknown subcommand: fs_mkdir", "unknown-command"],
];

for (const [message, code] of REFUSALS) {
  Deno.test(`a refusal has a code: ${message}`, async () => {
    await using server = await storeServer({ fs_mkdir: refusing(message) });
    const error = await assertRejects(() => mkdir(server.session, "a"));
    assert(isDAPException(error, code), `${(error as { code?: string }).code}`);
    assertEquals(error.message, hinted(message, error.hint));
  });
}

Deno.test("paths that cannot be any are refused before anything is sent", async () => {
  await using server = await storeServer();
  const { session } = server;
  for (const bad of ["../a", "a/..", "a\0", "a:b", "a?"]) {
    for (const ask of [list, stat, mkdir, remove]) {
      await assertRejects(() => ask(session, bad), Error, bad);
    }
    await assertRejects(() => rename(session, bad, "a"), Error, bad);
    await assertRejects(() => rename(session, "a", bad), Error, bad);
  }
  for (const ask of [mkdir, remove]) {
    await assertRejects(() => ask(session, "/"), Error, "root");
    await assertRejects(() => ask(session, 5 as never), TypeError);
  }
  await assertRejects(() => rename(session, "a", ""), Error, "root");
  assertEquals(server.requests, []);
});
