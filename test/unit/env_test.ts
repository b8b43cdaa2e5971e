import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { parse } from "@std/dotenv/parse";
import { type Host, hostOf, parseEnv, readEnv } from "../../lib/runtime/env.ts";
import { ENV_PARSERS } from "../support/env_parsers.ts";
import { type Outcome, runProgram } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";

function hostWith(
  text: string | undefined,
  variables: Record<string, string | undefined> = {},
): Host {
  return {
    readText: (path) => Promise.resolve(path === ".env" ? text : undefined),
    variables: () => Promise.resolve(variables),
  };
}

const TABLE: readonly (readonly [string, string, Record<string, string>])[] = [
  ["nothing in an empty text", "", {}],
  ["a pair", "A=1", { A: "1" }],
  ["several lines, the last without an end", "A=1\nB=2\n\nC=3", {
    A: "1",
    B: "2",
    C: "3",
  }],
  ["line ends of every platform", "A=1\r\nB=2\rC=3\n", {
    A: "1",
    B: "2",
    C: "3",
  }],
  ["a byte order mark", "\uFEFFA=1", { A: "1" }],
  ["comment lines", "# A=1\n  #B=2\nC=3", { C: "3" }],
  ["lines without an equals sign", "A\nB=2", { B: "2" }],
  ["lines without a name", "=1\n  = 2\nB=2", { B: "2" }],
  ["blanks around name and value", "  A \t=  1 2  ", { A: "1 2" }],
  ["equals signs inside a value", "A=b=c==", { A: "b=c==" }],
  ["empty values", "A=\nB=\"\"\nC=''\nD=\"\nE='", {
    A: "",
    B: "",
    C: "",
    D: "",
    E: "",
  }],
  ["quoted values", `A="1 "\nB=' 2'`, { A: "1 ", B: " 2" }],
  ["one pair of quotes of several", `A=""1""\nB="'2'"`, {
    A: `"1"`,
    B: "'2'",
  }],
  ["quotes that do not match", `A="1'\nB='2\nC=3"`, {
    A: `"1'`,
    B: "'2",
    C: `3"`,
  }],
  ["quotes inside quotes", `A='it's'\nB="a"b"`, { A: "it's", B: `a"b` }],
  ["no comments after values", `A=1 # one\nB="2" # two\nC=#3`, {
    A: "1 # one",
    B: `"2" # two`,
    C: "#3",
  }],
  ["no export", "export A=1", { "export A": "1" }],
  ["no escapes", `A=a\\nb\nB="a\\tb"\nC="a\\"b"`, {
    A: "a\\nb",
    B: "a\\tb",
    C: `a\\"b`,
  }],
  ["no values over several lines", `A="one\ntwo=2"`, {
    A: `"one`,
    two: `2"`,
  }],
  ["no references", "A=1\nB=${A}\nC=\"$A\"\nD='${A:-x}'\nE=\\$A", {
    A: "1",
    B: "${A}",
    C: "$A",
    D: "${A:-x}",
    E: "\\$A",
  }],
  ["the later of two lines", "A=1\nB=2\nA=3", { A: "3", B: "2" }],
  ["names that are no identifiers", "a.b=1\n2=2\nx-y=3\nü=4\nconstructor=5", {
    "2": "2",
    "a.b": "1",
    "x-y": "3",
    "ü": "4",
    constructor: "5",
  }],
  ["characters outside the basic plane", "A=😀 \u2028é", {
    A: "😀 \u2028é",
  }],
  ["values that look escaped", "A=_24_\nB_24_=1", { A: "_24_", B_24_: "1" }],
];

for (const [parser, parse] of ENV_PARSERS) {
  for (const [name, text, expected] of TABLE) {
    Deno.test(`parseEnv() with ${parser} reads ${name}`, () => {
      assertEquals(parseEnv(text, parse), expected);
    });
  }
}

Deno.test("parsers do differ before parseEnv() makes them agree", () => {
  const text = 'export A=1 # x\nB="a\\nb"\nC=${A}\nA=2';
  const results = ENV_PARSERS.map(([, parse]) => JSON.stringify(parse(text)));
  assertEquals(new Set(results).size, ENV_PARSERS.length);
});

Deno.test("parseEnv() treats __proto__ as a name like any other", () => {
  const env = parseEnv("__proto__=1", parse);
  assert(Object.hasOwn(env, "__proto__"));
  assertEquals(Object.getPrototypeOf(env), Object.prototype);
});

Deno.test("readEnv() lets ROCKETRIDE_ process variables win over the file", async () => {
  const host = hostWith("ROCKETRIDE_A=file\nROCKETRIDE_B=file\nOTHER=file", {
    ROCKETRIDE_B: "process",
    ROCKETRIDE_C: "",
    ROCKETRIDE_D: undefined,
    OTHER: "process",
    rocketride_e: "process",
    HOME: "process",
  });
  assertEquals(await readEnv(host), {
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
    assertEquals(await readEnv(hostOf(scope)), {});
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
    const host = hostOf({ Deno: fakeDeno(granted, offences) });
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
  assertEquals(await readEnv(hostOf({ Deno })), {});
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
  assertEquals(await readEnv(hostOf({ process })), {
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
  ].map((process) => readEnv(hostOf({ process })));
  for (const read of await Promise.all(reads)) assertEquals(read, env);
  assertEquals(await readEnv(hostOf({ process: { env: guarded } })), {});
});

Deno.test("readEnv() passes on the failure of a host that is broken", async () => {
  const host = {
    ...hostWith("A=1"),
    variables: () => Promise.reject(new RangeError("broken")),
  };
  await assertRejects(() => readEnv(host), RangeError, "broken");
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
