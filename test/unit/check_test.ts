import { assert, assertThrows } from "@std/assert";
import { checkOptions } from "../../lib/check.ts";

const NAMES = { concurrency: 1, mimeType: 1, signal: 1, timeout: 1 } as const;

/** What is said of an option with that name. */
function saidOf(name: string): string {
  const options = JSON.parse(`{${JSON.stringify(name)}: 1}`);
  const check = (): void => checkOptions(options, "f({ signal })", NAMES);
  return assertThrows(check, TypeError).message;
}

Deno.test("an unknown option is told the nearest name", () => {
  for (const name of ["mimetyp", "mime_type", "MIMETYPE", "mimeTpye"]) {
    assert(saidOf(name).endsWith('use "mimeType"'), saidOf(name));
  }
});

Deno.test("the start of a name means that name rather than a shorter one that it contains", () => {
  const names = { pipeline: 1, pipelineTraceLevel: 1 } as const;
  for (const name of ["pipelineTrace", "pipeline_trace", "traceLevel"]) {
    const options = JSON.parse(`{"${name}": 1}`);
    const check = (): void => checkOptions(options, "f({ pipeline })", names);
    const { message } = assertThrows(check, TypeError);
    assert(message.endsWith('use "pipelineTraceLevel"'), message);
  }
});

Deno.test("a long name costs no more than its length", () => {
  for (const part of ["a", "signal", "sgn", "mimeTyp "]) {
    for (const length of [39, 300, 1_000_000]) {
      const name = part.repeat(length / part.length);
      const start = performance.now();
      saidOf(name);
      const ms = performance.now() - start;
      assert(ms < 500, `"${part}", ${length} characters: ${ms.toFixed(0)} ms`);
    }
  }
});
