import { assertEquals } from "@std/assert";
import { startChild } from "../support/child_program.ts";

Deno.test("a program that lives too long is killed, and its error output says so", async () => {
  const program = `console.error("here"); setInterval(() => {}, 1_000);`;
  await using child = startChild(Deno.execPath(), ["eval", program], {
    lifeMs: 1_500,
  });
  const { code, stdout, stderr } = await child.ended();
  assertEquals([code, stdout], [137, ""]);
  assertEquals(stderr.replace(/^here\n/, ""), "Killed: not done after 1.5 s\n");
});

Deno.test("a program that ends in time is left alone", async () => {
  await using child = startChild(Deno.execPath(), ["eval", "console.log(1)"]);
  assertEquals(await child.ended(), { code: 0, stdout: "1\n", stderr: "" });
});
