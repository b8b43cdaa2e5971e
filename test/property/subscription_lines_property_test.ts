import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ConnectionException } from "../../lib/errors.ts";
import { events, type StreamedEvent } from "../../lib/events/events.ts";
import { EVENT_BITS, type EventKind, eventMask } from "../../schema/event.ts";
import type { Message } from "../../schema/envelope.ts";
import { drop, opened, persistRig, shut } from "../support/persist_rig.ts";

const KINDS = ["SUMMARY", "TASK", "OUTPUT", "SSE"] as const;
const project = fc.constantFrom("a", "b.c");
const step = fc.oneof(
  fc.record({
    type: fc.constant("watch" as const),
    project,
    kinds: fc.subarray([...KINDS], { minLength: 1 }),
  }),
  fc.record({ type: fc.constant("leave" as const), at: fc.nat(9) }),
  fc.record({ type: fc.constant("begin" as const), project }),
  fc.constant({ type: "drop" as const }),
  fc.record({ type: fc.constant("turns" as const), count: fc.nat(12) }),
  fc.record({ type: fc.constant("time" as const), ms: fc.nat(400) }),
);

interface Watcher {
  readonly project: string;
  readonly kinds: readonly EventKind[];
  stream: ReadableStreamDefaultReader<StreamedEvent> | undefined;
  gaps: Promise<number> | undefined;
  left: boolean;
  /** How often the line was lost while this one watched. */
  losses: number;
}

/** The masks that an engine has after it was told all that, in this order. */
function masksOf(
  told: readonly { message: Message }[],
  forgotten: readonly (readonly [at: number, project: string])[],
): Record<string, number> {
  const masks = new Map<string, number>();
  for (let at = 0; at <= told.length; at++) {
    for (const [when, project] of forgotten) {
      if (when === at) masks.delete(project);
    }
    const message = told[at]?.message;
    if (message?.type !== "request") continue;
    if (message.command !== "rrext_monitor") continue;
    const { projectId, types } = message.arguments ?? {};
    const mask = eventMask(types as EventKind[]);
    if (mask === 0) masks.delete(String(projectId));
    else masks.set(String(projectId), mask);
  }
  return Object.fromEntries([...masks].sort());
}

function unionOf(watchers: readonly Watcher[]): Record<string, number> {
  const union = new Map<string, number>();
  for (const { project, kinds, stream, left } of watchers) {
    if (!stream || left) continue;
    let mask = union.get(project) ?? 0;
    for (const kind of kinds) mask |= EVENT_BITS[kind];
    union.set(project, mask);
  }
  return Object.fromEntries([...union].sort());
}

/**
 * Count the gaps of a stream as they come: gaps that follow each other unread
 * are one.
 */
async function gapsIn(
  reader: ReadableStreamDefaultReader<StreamedEvent>,
): Promise<number> {
  for (let gaps = 0;;) {
    const { done, value } = await reader.read();
    if (done) return gaps;
    if (value.type === "gap") gaps++;
  }
}

type Steps = typeof step extends fc.Arbitrary<infer Step> ? Step[] : never;

const BOTH: Steps[number] = {
  type: "watch",
  project: "b.c",
  kinds: ["SUMMARY"],
};

/** The only reader leaves, the next one comes, and the engine forgets. */
const LAST_LEAVES: Steps = [
  BOTH,
  { type: "time", ms: 0 },
  BOTH,
  { type: "leave", at: 0 },
  { type: "begin", project: "b.c" },
];

Deno.test("however lines drop, the engine knows what is watched, and nobody misses a gap", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const it = persistRig({ requestTimeout: 60_000 });
      const session = await opened(it);
      const watchers: Watcher[] = [];
      const work: Promise<unknown>[] = [];
      const forgotten = new Map<number, (readonly [number, string])[]>();

      for (const one of steps) {
        const { dials } = it.transport;
        switch (one.type) {
          case "watch": {
            const { project, kinds } = one;
            const watcher: Watcher = {
              project,
              kinds,
              stream: undefined,
              gaps: undefined,
              left: false,
              losses: 0,
            };
            watchers.push(watcher);
            const target = { projectId: project, source: "in" };
            work.push(
              events(session, target, { types: kinds }).then((stream) => {
                watcher.stream = stream.getReader();
                watcher.gaps = gapsIn(watcher.stream);
              }, (error) => {
                // In flight as the line dropped: its caller is told.
                assert(error instanceof ConnectionException, String(error));
              }),
            );
            break;
          }
          case "leave": {
            const watcher = watchers[one.at];
            if (!watcher?.stream || watcher.left) break;
            watcher.left = true;
            work.push(watcher.stream.cancel());
            break;
          }
          case "begin": {
            // Engines forget keys by themselves; a new run tells.
            const last = dials.at(-1)!;
            const at = [last.sent.length, one.project] as const;
            const index = dials.length - 1;
            forgotten.set(index, [...(forgotten.get(index) ?? []), at]);
            last.handlers.onMessage({
              type: "event",
              seq: 1,
              event: "apaevt_task",
              body: { action: "begin", projectId: one.project, source: "in" },
            });
            break;
          }
          case "drop":
            if (it.log.at(-1) !== "connected") break;
            for (const watcher of watchers) {
              if (watcher.stream && !watcher.left) watcher.losses++;
            }
            drop(it);
            break;
          case "turns":
            for (let turn = 0; turn < one.count; turn++) await undefined;
            break;
          case "time":
            await it.clock.advance(one.ms);
        }
      }
      await it.clock.advance(20_000);
      await Promise.all(work);
      await it.clock.advance(0);

      const { dials } = it.transport;
      assertEquals(
        masksOf(dials.at(-1)!.sent, forgotten.get(dials.length - 1) ?? []),
        unionOf(watchers),
      );
      const alive = watchers.filter(({ stream, left }) => stream && !left);
      await shut(it, session);
      for (const { gaps, losses } of alive) {
        assert(await gaps! >= losses, `${await gaps} of ${losses}`);
      }
    }),
    { numRuns: 200, examples: [[LAST_LEAVES]] },
  );
});
