import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isDAPException } from "../../lib/errors.ts";
import { storePath } from "../../lib/protocol/store_path.ts";

const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("/", "\\", ".", "..", "a", "é") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(":", "*", "?", "\0", "\n", '"', "|", "<", ">"),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 3 }) },
);
const written = fc.array(piece, { maxLength: 12 }).map((it) => it.join(""));

/** Walks a path as one would by hand: `undefined` where it cannot be walked. */
function walk(path: string): string | undefined {
  const trail: string[] = [];
  let name = "";
  for (const character of `${path}/`) {
    const code = character.codePointAt(0)!;
    const isHalf = code >= 0xd800 && code <= 0xdfff;
    if (code < 32 || isHalf || '*?<>|":'.includes(character)) return undefined;
    if (character !== "/" && character !== "\\") {
      name += character;
      continue;
    }
    if (name === "..") return undefined;
    if (name !== "" && name !== ".") trail.push(name);
    name = "";
  }
  return trail.join("/");
}

function read(path: string): string | undefined {
  try {
    return storePath(path);
  } catch (error) {
    assert(isDAPException(error, "invalid-path"));
    return undefined;
  }
}

Deno.test("a path is read as one would walk it", () => {
  fc.assert(
    fc.property(written, (path) => assertEquals(read(path), walk(path))),
    { numRuns: 3_000 },
  );
});

Deno.test("a path that was read is its own spelling, and stays below its root", () => {
  fc.assert(
    fc.property(written, (path) => {
      const spelling = read(path);
      if (spelling === undefined) return;
      assertEquals(storePath(spelling), spelling);
      const place = encodeURI(`root/${spelling}`).replaceAll("#", "%23");
      const url = new URL(place, "file:///far/away/");
      assert(url.pathname.startsWith("/far/away/root/"));
      assertEquals(/(^|\/)\.{0,2}(\/|$)/.test(spelling), spelling === "");
    }),
    { numRuns: 3_000 },
  );
});
