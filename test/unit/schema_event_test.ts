import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import {
  eventKindOf,
  eventMask,
  type EventMessage,
  type EventName,
  isEventOf,
  isKnownEvent,
  kindsOf,
  type TypedEvent,
} from "../../schema/mod.ts";

Deno.test("event kinds have their bits", () => {
  assertEquals(eventMask([]), 0);
  assertEquals(eventMask(["SUMMARY", "TASK", "SSE", "TASK"]), 100);
  assertEquals(eventMask(["ALL"]), 1023);
  assertEquals(eventMask(new Set(["DETAIL", "ALL"] as const)), 1023);
  assertEquals(kindsOf(0), []);
  assertEquals(kindsOf(100), ["SUMMARY", "TASK", "SSE"]);
  assertEquals(kindsOf(1023).length, 10);
});

Deno.test("eventMask() refuses names that a server would ignore", () => {
  for (
    const name of ["summary", "apaevt_status_upload", "NONE", "toString", ""]
  ) {
    assertThrows(
      () => eventMask(["TASK", name as "ALL"]),
      RangeError,
      `"${name}"`,
    );
  }
});

Deno.test("kindsOf() refuses what is no mask", () => {
  for (const mask of [-1, 1024, 1.5, NaN, Infinity]) {
    assertThrows(() => kindsOf(mask), RangeError, String(mask));
  }
});

Deno.test("eventKindOf() tells which subscription brings an event", () => {
  const kinds: Readonly<Record<string, string | undefined>> = {
    apaevt_status_update: "SUMMARY",
    apaevt_task: "TASK",
    apaevt_flow: "FLOW",
    apaevt_sse: "SSE",
    output: "OUTPUT",
    apaevt_dashboard: "DASHBOARD",
    apaevt_billing: "BILLING",
    apaevt_deploy: "DEPLOY",
    "app:statusChanged": undefined,
    apaext_account: undefined,
    apaevt_status_upload: undefined,
    apaevt_status_processing: undefined,
    toString: undefined,
  };
  for (const [name, kind] of Object.entries(kinds)) {
    assertEquals(eventKindOf(name), kind, name);
  }
  const details =
    "object counts error warning message metrics download user info";
  for (const detail of details.split(" ")) {
    assertEquals(eventKindOf(`apaevt_status_${detail}`), "DETAIL", detail);
  }
});

Deno.test("events of known names are known, others are not", () => {
  const event = (name: string): EventMessage => ({
    type: "event",
    seq: 1,
    event: name,
    body: {},
  });
  const known: readonly EventName[] = [
    "output",
    "apaext_account",
    "apaevt_status_upload",
  ];
  for (const name of known) {
    assert(isKnownEvent(event(name)));
    assert(isEventOf(event(name), name));
  }
  for (const name of ["stopped", "__proto__", "constructor", ""]) {
    assertFalse(isKnownEvent(event(name)));
  }
  assertFalse(isEventOf(event("stopped"), "output"));
});

Deno.test("a switch over a known event's name tells the type of its body", () => {
  function describe(event: TypedEvent): string {
    if (!isKnownEvent(event)) return `? ${event.event}`;
    switch (event.event) {
      case "apaevt_task":
        return event.body.action === "running"
          ? `${event.body.tasks.length} tasks`
          : `${event.body.name} ${event.body.action}`;
      case "apaevt_status_update":
        return `${event.body.completedCount.toFixed(0)} done`;
      case "apaevt_status_upload":
        return event.body.action === "error"
          ? `${event.body.error?.length} characters`
          : event.body.filepath.toUpperCase();
      default:
        return event.event;
    }
  }
  const event = (event: string, body: Record<string, unknown>) =>
    ({ type: "event", seq: 0, event, body }) as TypedEvent;
  assertEquals(
    describe(event("apaevt_task", { action: "running", tasks: [] })),
    "0 tasks",
  );
  assertEquals(
    describe(event("apaevt_task", { action: "end", name: "t" })),
    "t end",
  );
  assertEquals(
    describe(event("apaevt_status_update", { completedCount: 2 })),
    "2 done",
  );
  assertEquals(
    describe(event("apaevt_status_upload", { action: "open", filepath: "a" })),
    "A",
  );
  assertEquals(
    describe(event("apaevt_status_upload", { action: "error", error: "x" })),
    "1 characters",
  );
  assertEquals(describe(event("output", {})), "output");
  assertEquals(describe(event("other", {})), "? other");
});
