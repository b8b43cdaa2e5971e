import { assertEquals } from "@std/assert";

const PROGRAM = new URL("../support/idle_engine_program.ts", import.meta.url);

Deno.test("a program with an idle engine ends by itself", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-net", PROGRAM.href],
    // Killed when it does not end; the code then tells.
    signal: AbortSignal.timeout(30_000),
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
});
