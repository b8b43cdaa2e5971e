import { assertEquals } from "@std/assert";
import { forEachHost } from "../support/hosts.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** The files, and what is read of each. */
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
  ["a quote in quotes", `A="""\nB='"'`, { A: '"', B: '"' }],
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
  ["no line that begins with export", "export A=1\nB=2", { B: "2" }],
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
  [
    "only names of letters, digits and underscores",
    "a.b=1\n2=2\nx-y=3\nü=4\n_5=5\nconstructor=6",
    {
      _5: "5",
      constructor: "6",
    },
  ],
  ["characters outside the basic plane", "A=😀 \u2028é", {
    A: "😀 \u2028é",
  }],
  ["values that look escaped", "A=%0027%\nB=%25", {
    A: "%0027%",
    B: "%25",
  }],
  ["backslashes at the end of quotes", `A='a\\'\nB=''\nC="b\\"`, {
    A: "a\\",
    B: "",
    C: "b\\",
  }],
];

/** The variables that every child process has. */
const INHERITED = { ROCKETRIDE_URI: "", ROCKETRIDE_APIKEY: "" };

forEachHost("a .env file reads the same on every runtime", async (host) => {
  await using temp = await tempFolder();
  const folders = TABLE.map((_, at) => `${temp.path}/${at}`);
  for (const [at, [, text]] of TABLE.entries()) {
    await Deno.mkdir(folders[at]!);
    await Deno.writeTextFile(`${folders[at]}/.env`, text);
  }
  const program = "test/process/programs/environment.ts";
  await using child = await host.start(program, ...folders);
  for (const [name, , expected] of TABLE) {
    const read = JSON.parse(await child.line());
    assertEquals({ name, ...read }, { name, ...expected, ...INHERITED });
  }
  assertEquals(await child.ended(), { code: 0, stdout: "", stderr: "" });
});
