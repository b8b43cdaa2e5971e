import { assertEquals, assertThrows } from "@std/assert";
import { isDAPException, ValidationException } from "../../lib/errors.ts";
import {
  storeName,
  storePath,
  storePathBelowRoot,
} from "../../lib/protocol/store_path.ts";
import { hinted } from "../support/hinted.ts";

const SPELLINGS: readonly (readonly [given: string, path: string])[] = [
  ["", ""],
  ["/", ""],
  [".", ""],
  ["./a", "a"],
  ["/a/b", "a/b"],
  ["a//b/", "a/b"],
  ["a\\b\\.\\c", "a/b/c"],
  ["...", "..."],
  ["..a/b..", "..a/b.."],
  [".templates/x.json", ".templates/x.json"],
  ["Grüße/日本 語", "Grüße/日本 語"],
];

for (const [given, path] of SPELLINGS) {
  Deno.test(`the path ${JSON.stringify(given)} is ${JSON.stringify(path)}`, () => {
    assertEquals(storePath(given), path);
    // What the engine is given, it reads as the same.
    assertEquals(storePath(path), path);
  });
}

for (
  const path of ["..", "../a", "a/..", "a/../b", "a\\..\\b", "/..", "./.."]
) {
  Deno.test(`the path ${JSON.stringify(path)} leads upwards`, () => {
    const error = assertThrows(() => storePath(path), ValidationException);
    assertEquals(
      error.message,
      hinted(`Path traversal not allowed: ${path}`, error.hint),
    );
    assertEquals(error.code, "invalid-path");
  });
}

for (const bad of [...'*?<>|":\0\n\x1f', "\ud800"]) {
  Deno.test(`no name of a path holds ${JSON.stringify(bad)}`, () => {
    const error = assertThrows(() => storePath(`a/x${bad}y/b`));
    assertEquals(isDAPException(error, "invalid-path"), true);
  });
}

Deno.test("a path is text", () => {
  for (const path of [undefined, null, 1, ["a"]]) {
    assertThrows(() => storePath(path), TypeError, "Expected a path");
  }
});

Deno.test("the root is no file", () => {
  for (const path of ["", "/", "./."]) {
    assertThrows(() => storePathBelowRoot(path), ValidationException, "root");
  }
});

Deno.test("an id is one name", () => {
  assertEquals(storeName("an id", "a.b-c"), "a.b-c");
  for (const id of ["a/b", "a\\b", "..", ".", "/a", "a:b", "a\n"]) {
    assertThrows(() => storeName("an id", id), ValidationException);
  }
  for (const id of ["", undefined, 5]) {
    assertThrows(() => storeName("an id", id), TypeError, "Expected an id");
  }
});

Deno.test("a path has 4,096 characters at most", () => {
  const longest = "a/".repeat(2047) + "bc";
  assertEquals(storePath(longest), longest);
  assertThrows(
    () => storePath(`${longest}d`),
    ValidationException,
    "longer than 4096 characters",
  );
});
