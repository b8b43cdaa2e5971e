import { assertEquals } from "@std/assert";
import { CASES } from "./cases/mod.ts";
import { runCases } from "./run_cases.ts";
import { startServer } from "./server.ts";

/** Every part of the server, and nothing that takes long. */
const SAMPLES = new Set([
  "a key that the engine does not know is refused for good",
  "an aborted call rejects with the very reason, whatever it is",
  "a fetched body is piped into a pipeline",
  "a fetched body that is given up is left by its reader",
  "a pipe is aborted while the engine makes its result",
  "a line that is cut is dialled again, and calls wait for it",
  "an engine that dies without a word leaves code 1006",
]);

Deno.test("the conformance server leaves nothing open when it is closed", async () => {
  await using server = startServer();
  const places = { runtime: "deno", ...server.places };
  const chosen = CASES.filter(({ name }) => SAMPLES.has(name));
  assertEquals(chosen.length, SAMPLES.size);
  const seen: unknown[] = [];
  await runCases(chosen, places, ({ value, error }) => {
    seen.push(error ?? value);
  });
  assertEquals(seen, chosen.map(({ expected }) => expected));
});
