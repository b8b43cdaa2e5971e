import { assertEquals, assertStringIncludes } from "@std/assert";
import { parseEnv, readEnv } from "../../lib/runtime/env.ts";
import { ENV_PARSERS } from "../support/env_parsers.ts";
import { type Outcome, runProgram } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";

Deno.test("the parsers differ before parseEnv() makes them agree", () => {
  const text = 'export A=1 # x\nB="a\\tb"\nC=${A}';
  const results = ENV_PARSERS.map(([, parse]) => JSON.stringify(parse(text)));
  assertEquals(new Set(results).size, ENV_PARSERS.length);
});

Deno.test("parseEnv() changes no prototype, whatever the names are", () => {
  for (const [, parse] of ENV_PARSERS) {
    const env = parseEnv("__proto__=1\nconstructor=2", parse);
    assertEquals(Object.getPrototypeOf(env), Object.prototype);
    assertEquals(env.constructor as unknown, "2");
  }
});

/** A global object like that of Node, with this file and these variables. */
function nodeWith(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): object {
  const readFile = () => Promise.resolve(text);
  return { process: { env, getBuiltinModule: () => ({ readFile }) } };
}

Deno.test("readEnv() lets ROCKETRIDE_ process variables win over the file", async () => {
  const scope = nodeWith("ROCKETRIDE_A=file\nROCKETRIDE_B=file\nOTHER=file", {
    ROCKETRIDE_B: "process",
    ROCKETRIDE_C: "",
    ROCKETRIDE_D: undefined,
    OTHER: "process",
    rocketride_e: "process",
    HOME: "process",
  });
  assertEquals(await readEnv(scope), {
    ROCKETRIDE_A: "file",
    ROCKETRIDE_B: "process",
    ROCKETRIDE_C: "",
    OTHER: "file",
  });
});

Deno.test("readEnv() is empty on a global object without files or process", async () => {
  for (
    const scope of [
      {},
      { Deno: undefined, process: undefined },
      { Deno: {}, process: {} },
      { Deno: null, process: null },
      { process: { env: null } },
    ]
  ) {
    assertEquals(await readEnv(scope), {});
  }
});

/** Deno's namespace with exactly these permissions; all else is an offence. */
function fakeDeno(granted: readonly string[], offences: string[]): object {
  function allow(what: string): void {
    if (!granted.includes(what)) offences.push(what);
  }
  return {
    permissions: {
      query: (asked: { name: string; path?: string; variable?: string }) => {
        const what = [asked.name, asked.path ?? asked.variable]
          .filter(Boolean).join(" ");
        const state = granted.includes(what) ? "granted" : "prompt";
        return Promise.resolve({ state });
      },
    },
    env: {
      get: (name: string) => {
        allow(`env ${name}`);
        return name === "ROCKETRIDE_TOKEN" ? undefined : `value of ${name}`;
      },
      toObject: () => {
        allow("env");
        return { ROCKETRIDE_A: "1", HOME: "2" };
      },
    },
    readTextFile: (path: string) => {
      allow(`read ${path}`);
      return Promise.resolve("ROCKETRIDE_F=file");
    },
  };
}

const GRANTS: readonly (readonly [string[], Record<string, string>])[] = [
  [[], {}],
  [["read .env"], { ROCKETRIDE_F: "file" }],
  [["env"], { ROCKETRIDE_A: "1" }],
  [["read .env", "env"], { ROCKETRIDE_A: "1", ROCKETRIDE_F: "file" }],
  [["env ROCKETRIDE_URI", "env ROCKETRIDE_TOKEN"], {
    ROCKETRIDE_URI: "value of ROCKETRIDE_URI",
  }],
];

for (const [granted, expected] of GRANTS) {
  Deno.test(`readEnv() on Deno touches only what is granted: [${granted}]`, async () => {
    const offences: string[] = [];
    const host = { Deno: fakeDeno(granted, offences) };
    assertEquals(await readEnv(host), expected);
    assertEquals(offences, []);
  });
}

Deno.test("readEnv() survives permissions that are revoked meanwhile", async () => {
  const Deno = {
    permissions: { query: () => Promise.resolve({ state: "granted" }) },
    env: {
      get: () => undefined,
      toObject: () => {
        throw new Error("NotCapable");
      },
    },
    readTextFile: () => Promise.reject(new Error("NotCapable")),
  };
  assertEquals(await readEnv({ Deno }), {});
});

Deno.test("readEnv() uses process and its file module where there is no Deno", async () => {
  const asked: string[] = [];
  const process = {
    env: { ROCKETRIDE_A: "process", HOME: "process" },
    getBuiltinModule: (name: string) => {
      asked.push(name);
      return {
        readFile: (path: string, encoding: string) => {
          asked.push(path, encoding);
          return Promise.resolve("\uFEFFROCKETRIDE_F = 'file'\r\n");
        },
      };
    },
  };
  assertEquals(await readEnv({ process }), {
    ROCKETRIDE_A: "process",
    ROCKETRIDE_F: "file",
  });
  assertEquals(asked, ["node:fs/promises", ".env", "utf8"]);
});

Deno.test("readEnv() takes a process without files, and one that guards itself", async () => {
  const env = { ROCKETRIDE_A: "process" };
  const missing = () => Promise.reject(new Error("ENOENT"));
  const guarded = new Proxy({}, {
    ownKeys: () => {
      throw new Error("not allowed");
    },
  });
  const reads = [
    { env },
    { env, getBuiltinModule: () => undefined },
    { env, getBuiltinModule: () => ({ readFile: missing }) },
  ].map((process) => readEnv({ process }));
  for (const read of await Promise.all(reads)) assertEquals(read, env);
  assertEquals(await readEnv({ process: { env: guarded } }), {});
});

const MODULE = new URL("../../lib/runtime/env.ts", import.meta.url);
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
const PROGRAM = `import { readEnv } from "${MODULE}";
console.log(JSON.stringify(await readEnv()));`;

/** Run `readEnv()` in a folder of its own with these files. */
async function runReadEnv(
  files: Readonly<Record<string, string>>,
  flags: readonly string[],
): Promise<Outcome> {
  await using temp = await tempFolder();
  const folder = temp.path;
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  await Deno.writeTextFile(`${folder}/main.ts`, PROGRAM);
  const args = ["run", "--quiet", "--no-lock", ...flags, "main.ts"];
  const env = { ROCKETRIDE_URI: "process", ROCKETRIDE_MORE: "process" };
  return await runProgram(Deno.execPath(), args, folder, env);
}

const FILE = "ROCKETRIDE_URI=file\nROCKETRIDE_FILE=$HOME\nOTHER=file";
const FROM_FILE = {
  ROCKETRIDE_URI: "file",
  ROCKETRIDE_FILE: "$HOME",
  OTHER: "file",
};
const FROM_PROCESS = { ROCKETRIDE_URI: "process", ROCKETRIDE_MORE: "process" };
const RUNS: readonly (readonly [string, Record<string, string>])[] = [
  ["", {}],
  ["--no-prompt", {}],
  ["--allow-all", { ...FROM_FILE, ...FROM_PROCESS }],
  ["--allow-read=.env", FROM_FILE],
  ["--allow-env", FROM_PROCESS],
  ["--allow-env --deny-env=HOME", FROM_PROCESS],
  ["--allow-env=ROCKETRIDE_URI,PATH", { ROCKETRIDE_URI: "process" }],
  ["--ignore-read --ignore-env", {}],
  ["--allow-read --deny-read=.env --allow-env", FROM_PROCESS],
];

for (const [flags, expected] of RUNS) {
  Deno.test(`readEnv() in "deno run ${flags}" reads what it may, in silence`, async () => {
    const given = flags.split(" ").filter(Boolean);
    const { code, stdout, stderr } = await runReadEnv({ ".env": FILE }, [
      "--config",
      CONFIG,
      ...given,
    ]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(JSON.parse(stdout), expected);
  });
}

Deno.test("readEnv() imports a parser only when there is a file to parse", async () => {
  const config = `{ "imports": { "@std/dotenv/parse": "./missing.ts" } }`;
  const without = await runReadEnv({ "deno.json": config }, ["--allow-all"]);
  assertEquals(JSON.parse(without.stdout), FROM_PROCESS);
  const files = { "deno.json": config, ".env": FILE };
  const withFile = await runReadEnv(files, ["--allow-all"]);
  assertEquals(withFile.code, 1);
  assertStringIncludes(withFile.stderr, "missing.ts");
});
