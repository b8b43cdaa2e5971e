import { assert } from "@std/assert";
import { type Span, toSpans } from "../../../lib/events/spans.ts";
import type { EventMessage } from "../../../schema/envelope.ts";
import { isRecord } from "../../../schema/json.ts";
import { type FuzzTarget, plainRig } from "../fuzz_target.ts";
import { type Json, mutateJson } from "../mutate.ts";

/**
 * The events of a log, as spans: each whole, and with an end that is not before
 * its begin.
 */
export const eventLogs: FuzzTarget = {
  name: "event_logs",
  share: 2_000,
  weight: 20,
  mutate(random, entry): Json {
    const parts = [entry].flat() as Json[];
    return mutateJson(random, entry, parts);
  },
  open: () => plainRig(run),
};

async function run(entry: Json): Promise<void> {
  // A session gives every event a body.
  const events = ([entry].flat() as unknown[]).filter(isRecord)
    .map((it) => ({ ...it, body: isRecord(it.body) ? it.body : {} }));
  for (const includeContent of [false, true]) {
    const transform = toSpans({ includeContent, now: () => 1_000 });
    const reading = Array.fromAsync(transform.readable);
    const writer = transform.writable.getWriter();
    for (const event of events) {
      await writer.write(event as unknown as EventMessage);
    }
    await writer.close();
    for (const span of await reading) checkSpan(span);
  }
}

function checkSpan(span: Span): void {
  assert(/^[\da-f]{32}$/.test(span.traceId), span.traceId);
  assert(/^[\da-f]{16}$/.test(span.spanId), span.spanId);
  const { startTime, endTime, name } = span;
  assert(Number.isFinite(startTime) && endTime >= startTime, name);
  for (const value of Object.values(span.attributes)) {
    assert(["string", "number", "boolean"].includes(typeof value), `${value}`);
  }
}
