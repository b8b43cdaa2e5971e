import { assertEquals } from "@std/assert";
import { startChild } from "../support/child_program.ts";

const PROGRAM = new URL("../support/idle_engine_program.ts", import.meta.url);

Deno.test("a program with an idle engine ends by itself", async () => {
  const args = ["run", "--no-check", "--allow-net", PROGRAM.href];
  await using child = startChild(Deno.execPath(), args);
  assertEquals((await child.ended()).code, 0);
});
