import { assert, assertEquals } from "@std/assert";
import { createEngine, type Engine } from "../../../lib/engine/engine.ts";
import { directoryStore } from "../../../lib/engine/store/directory_store.ts";
import { memoryStore } from "../../../lib/engine/store/memory_store.ts";
import type { ResponseMessage } from "../../../schema/envelope.ts";
import { isAccident } from "../../support/foreseen.ts";
import { type RawClient, rawInProcess } from "../../support/raw_client.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import type { FuzzRig, FuzzTarget } from "../fuzz_target.ts";
import { bytesOf, type Json, mutateJson } from "../mutate.ts";

type Operation = Readonly<Record<string, Json>>;

/** What came of an operation. */
interface Outcome {
  readonly message: string;
  readonly body?: {
    readonly entries?: readonly { readonly error?: unknown }[];
  };
}

/**
 * Operations on files, with any path. A store in memory and one in a directory
 * answer alike, and the one in the directory touches nothing beside it.
 */
export const storeOperations: FuzzTarget = {
  name: "store_operations",
  share: 500,
  weight: 10,
  mutate(random, entry): Json {
    const operations = entry as readonly Operation[];
    const parts = operations.flatMap((it) => Object.values(it));
    return mutateJson(random, entry, parts);
  },
  open,
};

async function open(): Promise<FuzzRig> {
  const temp = await tempFolder();
  const beside = `${temp.path}/beside.txt`;
  await Deno.writeTextFile(beside, "untouched");
  let count = 0;

  async function run(entry: Json): Promise<void> {
    const root = `${temp.path}/${count++}`;
    await Deno.mkdir(root);
    const engines = [memoryStore(), directoryStore(root)]
      .map((store) => createEngine({ store, randomUUID: counted() }));
    const clients = await Promise.all(engines.map(loggedIn));
    const handles = ["", ""];
    for (const operation of operationsOf(entry)) {
      const [inMemory, onDisk] = await Promise.all(
        clients.map((client, at) => act(client, operation, handles, at)),
      );
      // File systems have a limit for names of their own.
      if (isNameTooLong(onDisk!)) break;
      assertEquals(onDisk, inMemory, JSON.stringify(operation).slice(0, 500));
    }
    await Promise.all(clients.map((client) => client.close()));
    await Promise.all(engines.map((engine) => engine.close()));
    await Deno.remove(root, { recursive: true });
    assertEquals(await Deno.readTextFile(beside), "untouched");
    const names = await Array.fromAsync(Deno.readDir(temp.path));
    assertEquals(names.map(({ name }) => name), ["beside.txt"]);
  }

  return {
    run,
    [Symbol.asyncDispose]: async () => await temp[Symbol.asyncDispose](),
  };
}

/** Ids that are the same in every engine. */
function counted(): () => string {
  let count = 0;
  return () => `00000000-0000-4000-8000-${`${count++}`.padStart(12, "0")}`;
}

function operationsOf(entry: Json): readonly Operation[] {
  return [entry].flat().filter((it) =>
    typeof it === "object" && it !== null && !Array.isArray(it)
  ).slice(0, 30) as readonly Operation[];
}

async function loggedIn(engine: Engine): Promise<RawClient> {
  const client = rawInProcess(engine);
  await client.ok("auth", { auth: "key" });
  return client;
}

/** Do it, and say what came of it, without what differs from run to run. */
async function act(
  client: RawClient,
  { data, ...operation }: Operation,
  handles: string[],
  at: number,
): Promise<Outcome> {
  const args = operation.handle === "$HANDLE"
    ? { ...operation, handle: handles[at] }
    : operation;
  const payload = typeof data === "string" ? bytesOf(data.slice(0, 99)) : null;
  const answer = await client.request("rrext_store", args, {
    ...(payload && { payload }),
  });
  const { success, message = "", body } = answer;
  assert(!isAccident(message), message);
  const { handle } = { ...body } as Record<string, unknown>;
  if (typeof handle === "string") handles[at] = handle;
  const rest = { body: withoutChance(body), data: dataOf(answer) };
  return { message, success, ...rest } as Outcome;
}

/** Whether the disk refused a name, also of one file among several. */
function isNameTooLong({ body, message }: Outcome): boolean {
  const errors = Array.isArray(body?.entries)
    ? body.entries.map(({ error }) => error)
    : [];
  return [message, ...errors].some((it) => `${it}`.endsWith("ENAMETOOLONG"));
}

function dataOf({ arguments: args }: ResponseMessage): unknown {
  return (args as Record<string, unknown> | undefined)?.data;
}

function withoutChance(body: unknown): unknown {
  if (body === undefined) return undefined;
  const text = JSON.stringify(
    body,
    (name, value) =>
      ["handle", "modified", "url", "expires_at"].includes(name)
        ? undefined
        : value,
  );
  return JSON.parse(text);
}
