import { assert } from "@std/assert";
import { hasTest } from "../support/test_titles.ts";

const FILE = `
function cell(name: string): void {
  Deno.test(\`\${name} in a table\`, () => {});
}
const NAMES = ["a tuple"];
Deno.test("plain (with marks)?", () => {});
forEachTransport(
  "broken over lines",
  () => {},
);
for (const name of NAMES) Deno.test(\`it takes \${name}\`, () => {});
forEachWay(\`call() works (\${way})\`, () => {});
cell("a dial");
assertRejects("no test at all");
`;

Deno.test("tests are found by their whole titles, and by nothing else", () => {
  const there = [
    "plain (with marks)?",
    "broken over lines",
    "it takes a tuple",
    "call() works (socket)",
    "a dial",
  ];
  for (const title of there) assert(hasTest(FILE, title), title);
  const missing = [
    "plain",
    "plain (with marks)",
    "broken over lines, or not",
    "it takes a stranger",
    "it takes ",
    "call() works (by mail)",
    "no test at all",
    "",
  ];
  for (const title of missing) assert(!hasTest(FILE, title), title);
});
