import { readLog } from "../../lib/admin/mod.ts";
import { isDAPException } from "../../lib/errors.ts";
import { events } from "../../lib/events/events.ts";
import { readText, remove, writeText } from "../../lib/store/mod.ts";
import {
  type Action,
  canBegin,
  canSend,
  pick,
  taskOf,
} from "./model_action.ts";
import type { ModelStream } from "./model_operation.ts";

const FILES = ["a.txt", "folder/b.txt"];

/** What is not found is found to be absent. */
async function orAbsent<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isDAPException(error, "file-not-found")) return undefined;
    throw error;
  }
}

/** What a session watches and keeps. */
export const STORE_ACTIONS: Readonly<Record<string, Action>> = {
  events: {
    weight: 2,
    check: canSend,
    run(model, world, [number]): void {
      const { task, token } = taskOf(model, number);
      const opening = model.begin("events", { task });
      // Servers of 1.0 do not pass on what nodes say.
      const types = model.setup.peer === "1.0"
        ? ["TASK"] as const
        : ["SSE", "TASK"] as const;
      world.begin(
        opening,
        (signal) => events(world.session, token, { types, signal }),
        (stream) => {
          const reader = stream.getReader();
          const { group } = opening;
          const operation = model.begin("stream", { group, task });
          const watched: ModelStream = {
            operation,
            task,
            received: [],
            due: new Set(),
          };
          model.streams.push(watched);
          world.readers.set(operation, reader);
          world.begin(operation, async () => {
            for (;;) {
              const { done, value } = await reader.read();
              if (done) return;
              if (value.type !== "event" || value.event !== "apaevt_sse") {
                continue;
              }
              const { data } = value.body as { data?: { name?: string } };
              watched.received.push(String(data?.name));
            }
          });
        },
      );
    },
  },
  eventsCancel: {
    weight: 1,
    check: ({ running }) => [...running].some((it) => it.kind === "stream"),
    run(model, world, [number]): void {
      const all = [...model.running].filter((it) => it.kind === "stream");
      const operation = pick(all, number)!;
      model.unwatch(operation);
      // It fails as the stream has failed, and with nothing else.
      world.begin(
        model.begin("cancel", { group: operation.group }),
        () => world.readers.get(operation)!.cancel(),
      );
    },
  },
  log: {
    weight: 1,
    check: (model, numbers) =>
      canSend(model, numbers) && model.setup.peer !== "1.0",
    run(model, world, [number]): void {
      const { task } = taskOf(model, number);
      const { project: projectId } = model.tasks[task]!;
      const operation = model.begin("log", { task });
      world.begin(operation, async (signal) => {
        const log = readLog(world.session, {
          projectId,
          source: "in",
          batchSize: 3,
          signal,
        });
        const seen: unknown[] = [];
        let last = -1;
        for await (const event of log) {
          if (event.type !== "event") continue;
          const { logSeq } = event.body as { logSeq: number };
          if (logSeq <= last) model.fault(operation, `${logSeq} after ${last}`);
          last = logSeq;
          seen.push(event.event);
        }
        const isCertain = operation.disturbed.size === 0;
        if (isCertain && !seen.includes("apaevt_task")) {
          model.fault(operation, `has no begin: ${seen}`);
        }
      });
    },
  },
  write: {
    weight: 2,
    check: (model, numbers) =>
      canBegin(model, numbers) && model.setup.peer !== "1.0",
    run(model, world, [number, size = 0]): void {
      const file = pick(FILES, number)!;
      const text = `${model.nextId()} `.repeat(1 + size * 500);
      model.offer(file, text);
      // A server keeps what was written so far.
      if (model.isFaithful) model.offer(file, "");
      world.begin(model.begin("write", { file }), async (signal) => {
        await writeText(world.session, file, text, { signal });
        return text;
      });
    },
  },
  read: {
    weight: 2,
    check: (model, numbers) =>
      canBegin(model, numbers) && model.setup.peer !== "1.0",
    run(model, world, [number]): void {
      const file = pick(FILES, number)!;
      world.begin(
        model.begin("read", { file }),
        (signal) => orAbsent(readText(world.session, file, { signal })),
      );
    },
  },
  remove: {
    weight: 1,
    check: (model, numbers) =>
      canBegin(model, numbers) && model.setup.peer !== "1.0",
    run(model, world, [number]): void {
      const file = pick(FILES, number)!;
      const operation = model.begin("remove", { file });
      model.offer(file, undefined, operation);
      world.begin(operation, async (signal) => {
        const removed = await orAbsent(
          remove(world.session, file, { signal }).then(() => true),
        );
        return removed ?? false;
      });
    },
  },
};
