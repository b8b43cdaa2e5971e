import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
} from "@std/assert";
import {
  IDLE,
  type SessionInput,
  type SessionState,
  transition,
} from "../../lib/session/state.ts";
import type { Connection } from "../../lib/transport/transport.ts";

const EPOCH = 4;
const connection: Connection = {
  uri: "memory://old",
  send: () => {},
  close: () => Promise.resolve(),
};
const another: Connection = { ...connection, uri: "memory://new" };

const STATES: Readonly<Record<SessionState["phase"], SessionState>> = {
  idle: { phase: "idle", epoch: EPOCH },
  connecting: { phase: "connecting", epoch: EPOCH },
  authenticating: { phase: "authenticating", epoch: EPOCH, connection },
  ready: { phase: "ready", epoch: EPOCH, connection },
  moving: { phase: "moving", epoch: EPOCH, connection },
  closing: { phase: "closing", epoch: EPOCH, connection },
  ended: { phase: "ended", epoch: EPOCH },
};

const INPUTS: Readonly<Record<SessionInput["type"], SessionInput>> = {
  connect: { type: "connect" },
  opened: { type: "opened", epoch: EPOCH, connection: another },
  authenticated: { type: "authenticated", epoch: EPOCH },
  move: { type: "move" },
  close: { type: "close" },
  dropped: { type: "dropped", epoch: EPOCH },
  end: { type: "end" },
};

type Row = Readonly<Record<SessionInput["type"], SessionState["phase"] | "-">>;

/** The phase after an input; "-" where nothing may change. */
const TABLE: Readonly<Record<SessionState["phase"], Row>> = {
  // deno-fmt-ignore
  idle: { connect: "connecting", opened: "-", authenticated: "-", move: "-", close: "ended", dropped: "idle", end: "ended" },
  // deno-fmt-ignore
  connecting: { connect: "connecting", opened: "authenticating", authenticated: "-", move: "-", close: "ended", dropped: "idle", end: "ended" },
  // deno-fmt-ignore
  authenticating: { connect: "connecting", opened: "-", authenticated: "ready", move: "-", close: "closing", dropped: "idle", end: "ended" },
  // deno-fmt-ignore
  ready: { connect: "connecting", opened: "-", authenticated: "-", move: "moving", close: "closing", dropped: "idle", end: "ended" },
  // deno-fmt-ignore
  moving: { connect: "connecting", opened: "-", authenticated: "-", move: "-", close: "closing", dropped: "idle", end: "ended" },
  // deno-fmt-ignore
  closing: { connect: "-", opened: "-", authenticated: "-", move: "-", close: "-", dropped: "idle", end: "ended" },
  // deno-fmt-ignore
  ended: { connect: "-", opened: "-", authenticated: "-", move: "-", close: "-", dropped: "-", end: "-" },
};

for (const [phase, row] of Object.entries(TABLE)) {
  for (const [type, expected] of Object.entries(row)) {
    const before = STATES[phase as SessionState["phase"]];
    const input = INPUTS[type as SessionInput["type"]];
    const becomes = expected === "-" ? "stays as it is" : `is "${expected}"`;
    Deno.test(`a session that is "${phase}" ${becomes} after "${type}"`, () => {
      const after = transition(before, input);
      if (expected === "-") return assertStrictEquals(after, before);
      assertEquals(after.phase, expected);
      // Only a dial begins an epoch.
      assertEquals(after.epoch, type === "connect" ? EPOCH + 1 : EPOCH);
      if (!("connection" in after)) return;
      const expectedLine = type === "opened" ? another : connection;
      assertStrictEquals(after.connection, expectedLine);
    });

    if (!("epoch" in input)) continue;
    Deno.test(`a session that is "${phase}" ignores "${type}" of another dial`, () => {
      for (const epoch of [EPOCH - 1, EPOCH + 1]) {
        assertStrictEquals(transition(before, { ...input, epoch }), before);
      }
    });
  }
}

Deno.test("a session without a line holds on to none", () => {
  for (const input of [INPUTS.connect, INPUTS.dropped, INPUTS.end]) {
    assertFalse("connection" in transition(STATES.ready, input));
  }
});

Deno.test("the good life of a session", () => {
  let state = transition(IDLE, { type: "connect" });
  const { epoch } = state;
  assert(epoch > IDLE.epoch);
  state = transition(state, { type: "opened", epoch, connection });
  state = transition(state, { type: "authenticated", epoch });
  assertEquals(state.phase, "ready");
  state = transition(state, { type: "close" });
  state = transition(state, { type: "end" });
  assertEquals(state.phase, "ended");
});
