import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkArchitecture } from "../support/architecture.ts";
import { importGraph } from "../support/import_graph.ts";

const EXPORTS = {
  ".": "./mod.ts",
  "./schema": "./schema/mod.ts",
  "./engine": "./lib/engine/mod.ts",
  "./store": "./lib/store/mod.ts",
  "./cli": "./lib/cli/mod.ts",
};

/** A small house in good order. */
const HOUSE: Readonly<Record<string, string>> = {
  "mod.ts": `export { use } from "./lib/task/use.ts";
    export { pipe } from "./lib/pipe/data_pipe.ts";
    export { sendFiles } from "./lib/pipe/send_files.ts";
    export type { Envelope } from "./schema/mod.ts";
    export type { Wait } from "./lib/_abort.ts";`,
  "schema/mod.ts": `export type { Envelope } from "./envelope.ts";`,
  "schema/envelope.ts": `export interface Envelope { readonly seq: number }`,
  "lib/errors.ts": `import { wait } from "./_abort.ts"; export class E {}`,
  "lib/_abort.ts": `export function wait(): void {}`,
  "lib/protocol/frame.ts": `import "../../schema/mod.ts"; import "../errors.ts";
    export function encode(): void {}`,
  "lib/transport/transport.ts": `export interface Transport {}`,
  "lib/transport/memory.ts": `import { wait } from "./_line.ts";`,
  "lib/transport/_line.ts": `import { encode } from "../protocol/frame.ts";`,
  "lib/session/connect.ts": `import "../transport/memory.ts";
    import { wait } from "../_abort.ts";
    export async function connect(): Promise<void> {
      const { readEnv } = await import("../runtime/env.ts");
    }`,
  "lib/runtime/env.ts": `import { E } from "../errors.ts";
    const { parse } = await import("@std/dotenv/parse");`,
  "lib/task/use.ts": `import { pipe } from "../pipe/data_pipe.ts";`,
  "lib/pipe/data_pipe.ts": `import { connect } from "../session/connect.ts";`,
  "lib/pipe/send_files.ts": `import "./media_type_of_name.ts";`,
  "lib/pipe/media_type_of_name.ts": `const { mimes } = await import("mrmime");`,
  "lib/store/mod.ts": `import { connect } from "../session/connect.ts";`,
  "lib/engine/mod.ts": `import type { T } from "../transport/transport.ts";
    import { memoryTransport } from "../transport/memory.ts";
    import { wait } from "../_abort.ts";
    import { Parser } from "htmlparser2";
    export { run } from "./run/run.ts";`,
  "lib/engine/_own.ts": ``,
  "lib/engine/run/run.ts": `import "../_own.ts";
    import "../../protocol/frame.ts"; import "../../errors.ts";`,
  "lib/cli/mod.ts": `import { use } from "@rocketride/streams";
    import { createEngine } from "../engine/mod.ts";
    import Bar from "cli-progress";`,
};

/** The faults of the house when these files are put into it. */
function violations(changes: Readonly<Record<string, string>>): string[] {
  const files = new Map(Object.entries({ ...HOUSE, ...changes }));
  return checkArchitecture(importGraph(files, EXPORTS));
}

/** What to add to which file, and the sentence that must come of it. */
const BREAKS: readonly (readonly [string, string, string, string])[] = [
  [
    "a file on no floor",
    "lib/other/thing.ts",
    ``,
    "lib/other/thing.ts belongs to no floor",
  ],
  [
    "a file that lies about in lib",
    "lib/thing.ts",
    ``,
    "lib/thing.ts belongs to no floor",
  ],
  [
    "schema that imports lib",
    "schema/envelope.ts",
    `import type { E } from "../lib/errors.ts";`,
    "schema/envelope.ts must not import lib/errors.ts statically",
  ],
  [
    "ground that imports a floor",
    "lib/errors.ts",
    `import "./protocol/frame.ts";`,
    "lib/errors.ts must not import lib/protocol/frame.ts statically",
  ],
  [
    "protocol that imports a transport",
    "lib/protocol/frame.ts",
    `export { T } from "../transport/transport.ts";`,
    "lib/protocol/frame.ts must not import lib/transport/transport.ts statically",
  ],
  [
    "a transport that imports the session",
    "lib/transport/memory.ts",
    `import type { S } from "../session/connect.ts";`,
    "lib/transport/memory.ts must not import lib/session/connect.ts statically",
  ],
  [
    "a session that imports a topic",
    "lib/session/connect.ts",
    `await import("../task/use.ts");`,
    "lib/session/connect.ts must not import lib/task/use.ts",
  ],
  [
    "a file that imports the root",
    "lib/task/use.ts",
    `import { pipe } from "@rocketride/streams";`,
    "lib/task/use.ts must not import mod.ts statically",
  ],
  [
    "env imported statically",
    "lib/task/use.ts",
    `import { readEnv } from "../runtime/env.ts";`,
    "lib/task/use.ts must not import lib/runtime/env.ts statically",
  ],
  [
    "env imported from below",
    "lib/transport/memory.ts",
    `await import("../runtime/env.ts");`,
    "lib/transport/memory.ts must not import lib/runtime/env.ts",
  ],
  [
    "env exported by the root",
    "mod.ts",
    `export { readEnv } from "./lib/runtime/env.ts";`,
    "mod.ts must not import lib/runtime/env.ts statically",
  ],
  [
    "env that imports the session",
    "lib/runtime/env.ts",
    `import "../session/connect.ts";`,
    "lib/runtime/env.ts must not import lib/session/connect.ts statically",
  ],
  [
    "an engine that imports the session",
    "lib/engine/run/run.ts",
    `import "../../session/connect.ts";`,
    "lib/engine/run/run.ts must not import lib/session/connect.ts statically",
  ],
  [
    "an engine that imports a topic",
    "lib/engine/run/run.ts",
    `import type { P } from "../../pipe/data_pipe.ts";`,
    "lib/engine/run/run.ts must not import lib/pipe/data_pipe.ts statically",
  ],
  [
    "an engine that imports another transport",
    "lib/transport/web_socket.ts",
    `import "../engine/mod.ts";`,
    "lib/transport/web_socket.ts must not import lib/engine/mod.ts statically",
  ],
  [
    "a topic that imports the engine",
    "lib/pipe/data_pipe.ts",
    `import "../engine/mod.ts";`,
    "lib/pipe/data_pipe.ts must not import lib/engine/mod.ts statically",
  ],
  [
    "a command line that imports more than the public API",
    "lib/cli/mod.ts",
    `import "../pipe/data_pipe.ts";`,
    "lib/cli/mod.ts must not import lib/pipe/data_pipe.ts statically",
  ],
  [
    "a root that imports the engine",
    "mod.ts",
    `export { createEngine } from "./lib/engine/mod.ts";`,
    "mod.ts must not import lib/engine/mod.ts statically",
  ],
  [
    "a root that leads to the store",
    "lib/pipe/data_pipe.ts",
    `await import("../store/mod.ts");`,
    "mod.ts leads to lib/store/mod.ts: mod.ts → lib/pipe/data_pipe.ts → lib/store/mod.ts",
  ],
  [
    "folders in a cycle",
    "lib/pipe/data_pipe.ts",
    `import type { Task } from "../task/use.ts";`,
    "Folders import each other: task → pipe → task",
  ],
  [
    "a computed import",
    "lib/pipe/data_pipe.ts",
    `await import("../" + name);`,
    "lib/pipe/data_pipe.ts computes what it imports",
  ],
  [
    "an import of a file that is not shipped",
    "lib/pipe/data_pipe.ts",
    `import "../../test/fake.ts";`,
    `lib/pipe/data_pipe.ts imports "../../test/fake.ts", which is not in mod.ts, lib or schema`,
  ],
  [
    "a module of Node's in the engine",
    "lib/engine/run/run.ts",
    `import { readFile } from "node:fs/promises";`,
    `lib/engine/run/run.ts imports "node:fs/promises" by its address`,
  ],
  [
    "a package by its address",
    "lib/cli/mod.ts",
    `import "npm:left@1";`,
    `lib/cli/mod.ts imports "npm:left@1" by its address`,
  ],
  [
    "a dependency of the client",
    "lib/pipe/data_pipe.ts",
    `import { v7 } from "uuid";`,
    `lib/pipe/data_pipe.ts imports "uuid"; the client has no dependencies`,
  ],
  [
    "the parser of .env imported statically",
    "lib/runtime/env.ts",
    `import { parse } from "@std/dotenv/parse";`,
    `lib/runtime/env.ts imports "@std/dotenv/parse"; the client has no dependencies`,
  ],
  [
    "the table of media types imported statically",
    "lib/pipe/media_type_of_name.ts",
    `import { lookup } from "mrmime";`,
    `lib/pipe/media_type_of_name.ts imports "mrmime"; the client has no dependencies`,
  ],
  [
    "the table of media types anywhere else",
    "lib/pipe/send_files.ts",
    `const { lookup } = await import("mrmime");`,
    `lib/pipe/send_files.ts imports "mrmime"; the client has no dependencies`,
  ],
  [
    "a private file of another folder",
    "lib/session/connect.ts",
    `import { line } from "../transport/_line.ts";`,
    "lib/session/connect.ts imports lib/transport/_line.ts, which is private",
  ],
  [
    "a private file exported by the root",
    "mod.ts",
    `export { wait } from "./lib/_abort.ts";`,
    "mod.ts imports lib/_abort.ts, which is private",
  ],
  [
    "a file that nothing leads to",
    "lib/service/ping.ts",
    ``,
    "lib/service/ping.ts is reached from no entry",
  ],
  [
    "a file that is too long",
    "lib/errors.ts",
    "\n".repeat(399),
    "lib/errors.ts has 401 lines",
  ],
  [
    "a star",
    "mod.ts",
    `export * from "./schema/mod.ts";`,
    "mod.ts exports a star",
  ],
  [
    "a default export",
    "lib/errors.ts",
    `export default class {}`,
    "lib/errors.ts has a default export",
  ],
  [
    "a name in another case",
    "lib/task/getToken.ts",
    ``,
    "lib/task/getToken.ts is not named in snake_case",
  ],
  [
    "a name that says nothing",
    "lib/task/_utils.ts",
    ``,
    "lib/task/_utils.ts is named after nothing",
  ],
  [
    "a barrel that is no entry",
    "lib/task/mod.ts",
    ``,
    "lib/task/mod.ts gathers exports but is no entry",
  ],
  [
    "two files that need each other's types",
    "lib/pipe/media_type_of_name.ts",
    `import type { Names } from "./send_files.ts";`,
    "lib/pipe/send_files.ts imports itself in a cycle",
  ],
  [
    "a paragraph of a document that is elsewhere",
    "lib/errors.ts",
    `/** As it is on the wire (§3.1). */`,
    "lib/errors.ts:1: /** As it is on the wire (§3.1). */ cites a document",
  ],
  [
    "a numbered fact of a document that is elsewhere",
    "lib/errors.ts",
    `const wait = 44; // F41: frames stall`,
    "lib/errors.ts:1: const wait = 44; // F41: frames stall cites a document",
  ],
];

Deno.test("the architecture's rules accept a house in good order", () => {
  assertEquals(violations({}), []);
});

for (const [name, path, text, sentence] of BREAKS) {
  Deno.test(`the architecture's rules refuse ${name}`, () => {
    const found = violations({ [path]: `${text}\n${HOUSE[path] ?? ""}` });
    assertStringIncludes(found.join("\n"), sentence);
  });
}
