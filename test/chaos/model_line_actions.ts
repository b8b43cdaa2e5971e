import { isConnected } from "../../lib/session/connection.ts";
import { countingSignal } from "../support/counting_signal.ts";
import { type Action, pick } from "./model_action.ts";
import type { Manner } from "./model_line.ts";

const MANNERS: readonly Manner[] = ["clean", "end", "reset", "silence"];

/** The session and its engine, and the line between them. */
export const LINE_ACTIONS: Readonly<Record<string, Action>> = {
  connect: {
    weight: 6,
    check: ({ session, line }) => session !== "open" && line === "up",
    async run(model, world, [early = 0]): Promise<void> {
      world.phase = "connecting";
      const source = countingSignal();
      const connecting = world.connect(source.signal);
      connecting.catch(() => {});
      const reason = new Error("Aborted: connect");
      const isAborted = early % 8 === 7;
      if (isAborted) {
        for (let turns = early % 3; turns > 0; turns--) await world.turn();
        source.abort(reason);
      }
      try {
        await connecting;
        model.session = "open";
      } catch (error) {
        const isReason = isAborted && error === reason;
        if (!isReason) model.fault(undefined, `connect failed: ${error}`);
      }
      if (source.listeners > 0) model.fault(undefined, "connect listens");
    },
  },
  cut: {
    weight: 3,
    check: (model, [manner]) =>
      model.session === "open" && model.line === "up" &&
      (pick(MANNERS, manner) !== "silence" || model.setup.heartbeat),
    async run(model, world, [number]): Promise<void> {
      const manner = pick(MANNERS, number)!;
      model.disturb("cut");
      model.strand();
      const wasConnected = isConnected(world.session);
      if (manner === "silence") {
        model.wasSilent = true;
        if (wasConnected) model.line = "silent";
        else model.isUnsure = true;
        return world.line.cut(wasConnected ? manner : "reset");
      }
      if (!model.setup.persist) {
        model.disturb("end");
        model.session = "lost";
      }
      const cut = (): void => world.line.cut(manner);
      if (wasConnected) return await world.losing(cut);
      cut();
      model.isUnsure = true;
    },
  },
  notice: {
    weight: 4,
    check: ({ line }) => line === "silent",
    run: (_, world) => world.notice(),
  },
  steady: {
    weight: 2,
    check: ({ line, session, isUnsure }) =>
      session === "open" && line === "up" && isUnsure,
    run: (_, world) => world.makeSure(),
  },
  engineDown: {
    weight: 1,
    check: ({ line }) => line === "up",
    async run(model, world): Promise<void> {
      model.disturb("cut");
      model.endTasks();
      if (!model.setup.persist) model.disturb("end");
      model.line = "down";
      world.phase = "the engine stops";
      const stop = (): Promise<void> => world.line.stop();
      if (model.session !== "open") return await stop();
      if (isConnected(world.session)) await world.losing(stop);
      else {
        model.isUnsure = true;
        await stop();
      }
      if (!model.setup.persist) model.session = "lost";
    },
  },
  engineUp: {
    weight: 4,
    check: ({ line }) => line === "down",
    run(model, world, [number = 0]): void {
      const keepsStore = number % 2 === 0;
      if (!keepsStore) model.emptyFiles();
      world.start(keepsStore);
      model.line = "up";
    },
  },
  close: {
    weight: 1,
    check: ({ session }) => session !== "none",
    run: (_, world) => world.close(),
  },
  pass: {
    weight: 2,
    check: ({ session, line }) => session === "open" && line === "up",
    async run(model, world, [number = 0]): Promise<void> {
      model.disturb("time");
      await world.makeSure();
      for (let steps = number % 5; steps >= 0; steps--) await world.pass();
    },
  },
  hold: {
    weight: 1,
    check: ({ isHeld }) => !isHeld,
    run(model, world): void {
      model.isHeld = true;
      world.ledger.hold();
    },
  },
  release: {
    weight: 4,
    check: ({ isHeld }) => isHeld,
    run(model, world): void {
      model.isHeld = false;
      world.ledger.release();
    },
  },
  settle: {
    weight: 2,
    check: ({ isHeld, line }) => !isHeld && line !== "down",
    run: (_, world) => world.finish(),
  },
  turn: { weight: 3, check: () => true, run: (_, world) => world.turn() },
};
