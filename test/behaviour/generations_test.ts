/** Every function that asks a server, with a server of each generation. */
import { assertEquals, assertRejects } from "@std/assert";
import { close, connect } from "@rocketride/streams";
import { RocketRideException } from "../../lib/errors.ts";
import { ACCOUNT } from "../support/generations/account_calls.ts";
import { ADMIN } from "../support/generations/admin_calls.ts";
import { CLIENT } from "../support/generations/client_calls.ts";
import { DEPLOY } from "../support/generations/deploy_calls.ts";
import {
  type Both,
  type Generation,
  LOGIN,
} from "../support/generations/generation.ts";
import { PIPES } from "../support/generations/pipe_calls.ts";
import { STORE } from "../support/generations/store_calls.ts";
import { readFunctions } from "../support/read_functions.ts";
import { scriptedServer } from "../support/scripted_server.ts";

type Table = Readonly<Record<string, Both>>;

const TABLES: readonly (readonly [file: string, calls: Table])[] = [
  ["mod.ts", { ...CLIENT, ...PIPES }],
  ["lib/admin/mod.ts", { ...ACCOUNT, ...ADMIN, ...DEPLOY }],
  ["lib/store/mod.ts", STORE],
];

/** Functions of a session that ask no server. */
const LOCAL: ReadonlySet<string> = new Set([
  "close",
  "getApiKey",
  "getConnectionInfo",
  "isConnected",
  "lifecycle",
]);
/** Functions that make a session, or ask without one. */
const WITHOUT_SESSION: ReadonlySet<string> = new Set([
  "connect",
  "getServerInfo",
]);

for (const [file, calls] of TABLES) {
  Deno.test(`every function of ${file} that asks a server is tried with both generations`, async () => {
    const exported = await readFunctions(file);
    const asking = exported.filter(({ name, parameters }) =>
      WITHOUT_SESSION.has(name) ||
      !LOCAL.has(name) && parameters.some(({ type }) => type === "Session")
    );
    assertEquals(
      Object.keys(calls).sort(),
      [...new Set(asking.map(({ name }) => name))].sort(),
    );
  });

  for (const [name, both] of Object.entries(calls)) {
    for (const generation of ["old", "new"] as const) {
      Deno.test(`${name}() understands ${generation} servers`, () =>
        tried(both, generation));
    }
  }
}

/** Call a function of a server, and compare what becomes of it. */
async function tried(both: Both, generation: Generation): Promise<void> {
  const { answers, gives, refuses } = both[generation];
  await using server = scriptedServer({
    auth: () => LOGIN[generation],
    ...Object.fromEntries(
      Object.entries(answers).map(([name, answer]) => [
        name,
        typeof answer === "function" ? answer : () => answer,
      ]),
    ),
  });
  const session = await connect({
    ...server.target("memory"),
    heartbeat: false,
  });
  try {
    const ask = async (): Promise<unknown> => await both.ask(session, server);
    if (refuses === undefined) return assertEquals(await ask(), gives);
    const error = await assertRejects(ask, RocketRideException);
    assertEquals(error.code, refuses);
  } finally {
    await close(session);
  }
}
