import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { MonitorKey } from "../../lib/events/target.ts";
import {
  type Subscriber,
  subscriptionsOf,
} from "../../lib/events/subscriptions.ts";
import type { SessionCore } from "../../lib/session/core.ts";
import type { Restorer } from "../../lib/session/session.ts";
import type { EventMessage } from "../../schema/envelope.ts";
import { type EventKind, eventMask, kindsOf } from "../../schema/event.ts";

/** An engine as the protocol has it: one mask a key, replaced by each call. */
class ModelEngine {
  readonly masks = new Map<string, number>();
  readonly restorers = new Set<Restorer>();
  readonly listeners = new Set<(event: EventMessage) => void>();
  readonly ready = true;
  /** Answers that are under way; each takes a turn of its own. */
  calls = 0;

  async request(
    request: { arguments: { projectId: string; types: EventKind[] } },
  ): Promise<object> {
    this.calls++;
    const { projectId, types } = request.arguments;
    for (let turn = this.calls % 3; turn > 0; turn--) await Promise.resolve();
    if (types.length === 0) this.masks.delete(projectId);
    else this.masks.set(projectId, eventMask(types));
    await Promise.resolve();
    return { type: "response", success: true };
  }

  begin(projectId: string): void {
    // The engine has forgotten the key by itself.
    this.masks.delete(projectId);
    const body = { action: "begin", projectId, source: "in" };
    const event = {
      type: "event",
      seq: 1,
      event: "apaevt_task",
      body,
    } as const;
    for (const listener of this.listeners) listener(event);
  }

  async reconnect(): Promise<void> {
    this.masks.clear();
    const { signal } = new AbortController();
    await Promise.all([...this.restorers].map((restore) => restore(signal)));
  }
}

function keyOf(projectId: string): MonitorKey {
  const source = "in";
  return { id: projectId, project: { projectId, source } };
}

function maskOf({ types }: Subscriber): number {
  return eventMask(types as EventKind[]);
}

const project = fc.constantFrom("a", "b");
const action = fc.oneof(
  fc.record({
    type: fc.constant("add" as const),
    project,
    mask: fc.integer({ min: 1, max: 255 }),
  }),
  fc.record({ type: fc.constant("remove" as const), at: fc.nat(20) }),
  fc.record({ type: fc.constant("begin" as const), project }),
  fc.record({ type: fc.constant("reconnect" as const) }),
  fc.record({ type: fc.constant("wait" as const) }),
);

Deno.test("the engine's masks become the union of what is watched", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(action, { size: "max", maxLength: 30 }),
    async (actions) => {
      const engine = new ModelEngine();
      const table = subscriptionsOf(engine as unknown as SessionCore);
      const watching: { project: string; subscriber: Subscriber }[] = [];
      const pending: Promise<unknown>[] = [];
      let gaps = 0;
      let expectedGaps = 0;
      for (const step of actions) {
        if (step.type === "add") {
          const types = kindsOf(step.mask);
          const subscriber = { types, onGap: () => void gaps++ };
          watching.push({ project: step.project, subscriber });
          pending.push(table.add(keyOf(step.project), subscriber, {}));
        } else if (step.type === "remove") {
          const [gone] = watching.splice(step.at, 1);
          if (!gone) continue;
          pending.push(table.remove(keyOf(gone.project), gone.subscriber));
        } else if (step.type === "begin") {
          await Promise.all(pending);
          engine.begin(step.project);
        } else if (step.type === "reconnect") {
          await Promise.all(pending);
          expectedGaps += watching.length;
          pending.push(engine.reconnect());
          await Promise.all(pending);
        } else await Promise.all(pending);
      }
      await Promise.all(pending);
      await new Promise((resolve) => setTimeout(resolve, 0));
      const union = new Map<string, number>();
      for (const { project, subscriber } of watching) {
        union.set(project, (union.get(project) ?? 0) | maskOf(subscriber));
      }
      const sorted = (map: Map<string, number>) => [...map].sort();
      assertEquals(sorted(engine.masks), sorted(union));
      assertEquals(gaps, expectedGaps);
    },
  ));
});

Deno.test("an engine is told nothing of what nobody watches any more", async () => {
  const engine = new ModelEngine();
  const table = subscriptionsOf(engine as unknown as SessionCore);
  const subscriber = { types: ["DEBUGGER"], onGap(): void {} };
  await table.add(keyOf("a"), subscriber, {});
  await table.remove(keyOf("a"), subscriber);
  const { calls } = engine;
  await engine.reconnect();
  assertEquals(engine.calls, calls);
});
