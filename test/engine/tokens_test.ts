import { assertEquals, assertNotEquals } from "@std/assert";
import {
  displayId,
  publicToken,
  readObjectInfo,
  taskToken,
} from "../../lib/engine/run/ids.ts";

const PROJECT = "0d0f4a34-5f6c-4b7e-9d5b-3a1a6b1d2c11";
const ADDRESS = { projectId: PROJECT, source: "webhook_1" };

Deno.test("tokens are those of a server for the same user, project and source", () => {
  const token = taskToken({ ...ADDRESS, userId: "dev" });
  assertEquals(token, "tk_80dc712e1b9b75b768f1c1e8bb87ff86");
  assertEquals(publicToken(ADDRESS), "pk_8b2477caf7a64bb046e53eb69a0cc7c5");
  assertEquals(displayId(token, "webhook_1"), "80dc712e.webhook_1");
});

Deno.test("ids outside ASCII are hashed in their escaped form", () => {
  // {"project_id": "\u00e9\ud83d\ude00", "source": "a\u007f\n"}
  assertEquals(
    publicToken({ projectId: "é😀", source: "a\u007f\n" }),
    "pk_630f3473af6934085a1e2369be8d2795",
  );
});

Deno.test("another user gets another token for the same pipeline", () => {
  assertNotEquals(
    taskToken({ ...ADDRESS, userId: "a" }),
    taskToken({ ...ADDRESS, userId: "b" }),
  );
});

Deno.test("a token without a prefix shows its first eight characters", () => {
  assertEquals(displayId("TS-PL-12345", "in"), "TS-PL-12.in");
});

Deno.test("an object's id follows from its name unless it brings its own", () => {
  const read = (object: Record<string, unknown>): string =>
    readObjectInfo(object, "text/plain", () => "random").objectId;
  const known = "9bfd3b37-5337-5d21-8293-a8b53ed46b32";
  assertEquals(read({ name: "report.csv" }), known);
  assertEquals(read({ name: "x", url: "null://Stream/report.csv" }), known);
  assertEquals(read({ name: "report.csv", objectId: "own" }), "own");
  assertEquals(read({}), read({ name: "random" }));
});

Deno.test("what an open request says of an object is kept, the rest dropped", () => {
  const read = (object: Record<string, unknown>): unknown =>
    readObjectInfo({ objectId: "id", ...object }, "text/csv", () => "random");
  const common = { objectId: "id", mimeType: "text/csv", metadata: {} };
  assertEquals(read({ name: "a", size: 3, path: "/x/y/a", department: "z" }), {
    ...common,
    name: "a",
    path: "/x/y",
    size: 3,
  });
  assertEquals(read({ name: "", size: "3", path: "a" }), {
    ...common,
    name: "random",
    path: "",
    size: undefined,
  });
});
