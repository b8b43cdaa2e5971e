import { chat } from "../../lib/chat/chat.ts";
import { pipe } from "../../lib/pipe/data_pipe.ts";
import { send } from "../../lib/pipe/send.ts";
import { sendEach, type SendEachItem } from "../../lib/pipe/send_each.ts";
import { sendFiles } from "../../lib/pipe/send_files.ts";
import { terminate } from "../../lib/task/task.ts";
import { use } from "../../lib/task/use.ts";
import type { SessionModel } from "./model.ts";
import {
  type Action,
  canBegin,
  canSend,
  known,
  MOST_RUNNING,
  pick,
  taskOf,
} from "./model_action.ts";
import { ledgerPipeline } from "./model_ledger.ts";
import type { ModelTask } from "./model_operation.ts";
import type { World } from "./model_world.ts";

const MIME = "application/octet-stream";
/** The smallest, so that objects have several. */
const FRAME_BYTES = 4_096;
const SIZES = [0, 1, 100, 4_096, 4_097, 9_000, 30_000];
const MOST_TASKS = 3;

/** Bytes that no other object has. */
function bytesOf(id: number, number = 0): Uint8Array {
  const size = pick(SIZES, number)!;
  return Uint8Array.from({ length: size }, (_, at) => (id * 37 + at * 7) & 255);
}

/** A stream of the parts of some bytes. */
function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller): void {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at += 3_000));
    },
  });
}

/** The object's name, with what is sent of it. */
function newObject(
  model: SessionModel,
  number: number | undefined,
): { name: string; bytes: Uint8Array<ArrayBuffer> } {
  const id = model.nextId();
  const bytes = bytesOf(id, number) as Uint8Array<ArrayBuffer>;
  return { name: model.send(`o${id}`, [bytes]), bytes };
}

/** Start a pipeline, in a project of its own. */
function startTask(model: SessionModel, world: World, threads = 0): void {
  const task: ModelTask = {
    project: `p${model.nextId()}`,
    // Servers keep the pipes of lost connections for a minute.
    threads: model.isFaithful ? 64 : 1 + threads % 3,
    state: "starting",
    token: undefined,
    mayRun: true,
  };
  const operation = model.begin("use");
  model.tasks.push(task);
  world.begin(operation, (signal) =>
    use(world.session, {
      pipeline: ledgerPipeline(task.project),
      threads: task.threads,
      ttl: 0,
      signal,
    }), ({ token }) => {
    task.token = token;
    if (task.state === "starting") task.state = "running";
  }, () => {
    task.state = "ended";
    // A start that is given up is ended, where the line lets that happen.
    task.mayRun = [...operation.disturbed].some((it) => it !== "abort");
  });
}

/** Begin with a session, and a task. */
export async function prepare(
  model: SessionModel,
  world: World,
): Promise<void> {
  await world.connect();
  model.session = "open";
  startTask(model, world);
  await world.settled((kind) => kind === "use");
}

/** What a session does with tasks and objects. */
export const TASK_ACTIONS: Readonly<Record<string, Action>> = {
  use: {
    weight: 5,
    check: (model, numbers) =>
      canBegin(model, numbers) && known(model).length < MOST_TASKS,
    async run(model, world, [threads, waits = 0]): Promise<void> {
      startTask(model, world, threads);
      const mayWait = model.line !== "down" && waits % 4 > 0;
      if (mayWait) await world.settled((kind) => kind === "use");
    },
  },
  terminate: {
    weight: 1,
    check: canSend,
    run(model, world, [number]): void {
      const { task, token } = taskOf(model, number);
      model.tasks[task]!.state = "ended";
      model.disturb("task", (it) => it.task === task);
      world.begin(
        model.begin("terminate", { task }),
        (signal) => terminate(world.session, token, { signal }),
        () => model.tasks[task]!.mayRun = false,
      );
    },
  },
  send: {
    weight: 6,
    check: canSend,
    run(model, world, [number, size, form = 0]): void {
      const { task, token } = taskOf(model, number);
      const { name, bytes } = newObject(model, size);
      const source = [bytes, new Blob([bytes]), streamOf(bytes)][form % 3]!;
      const options = {
        objinfo: { name },
        mimeType: MIME,
        frameBytes: FRAME_BYTES,
      };
      world.begin(
        model.begin("send", { task, objects: [name] }),
        (signal) => send(world.session, token, source, { ...options, signal }),
      );
    },
  },
  chat: {
    weight: 2,
    check: canSend,
    run(model, world, [number]): void {
      const { task, token } = taskOf(model, number);
      const text = `Question ${model.nextId()}`;
      const name = model.send(text, [new TextEncoder().encode(text)]);
      const objinfo = { name };
      world.begin(
        model.begin("chat", { task, objects: [name] }),
        (signal) => chat(world.session, token, text, { objinfo, signal }),
      );
    },
  },
  sendEach: {
    weight: 3,
    check: canSend,
    run(model, world, [number, count = 0, size = 0]): void {
      const { task, token } = taskOf(model, number);
      const items = Array.from({ length: 1 + count % 5 }, (_, at) => {
        const { name, bytes: data } = newObject(model, size + at);
        return { name, data };
      });
      const objects = items.map(({ name }) => name);
      const operation = model.begin("sendEach", { task, objects });
      world.begin(operation, async (signal) => {
        const { readable, writable } = sendEach<SendEachItem>(
          world.session,
          token,
          {
            concurrency: 1 + count % 3,
            mimeType: MIME,
            frameBytes: FRAME_BYTES,
            signal,
          },
        );
        const feeding = ReadableStream.from(items).pipeTo(writable)
          .catch(() => {});
        try {
          let at = 0;
          for await (const { input, result, error } of readable) {
            const { name } = input as SendEachItem & { name: string };
            if (name !== objects[at++]) model.fault(operation, `got ${name}`);
            model.settleObject(operation, name, result, error);
          }
          if (at < objects.length) model.fault(operation, `ended at ${at}`);
        } finally {
          await feeding;
        }
      });
    },
  },
  sendFiles: {
    weight: 2,
    check: canSend,
    run(model, world, [number, count = 0, size = 0]): void {
      const { task, token } = taskOf(model, number);
      const files = Array.from({ length: 1 + count % 5 }, (_, at) => {
        const { name, bytes } = newObject(model, size + at);
        return new File([bytes], name, { type: MIME });
      });
      const objects = files.map(({ name }) => name);
      const operation = model.begin("sendFiles", { task, objects });
      const options = { frameBytes: FRAME_BYTES, concurrency: 1 + count % 3 };
      world.begin(operation, async (signal) => {
        const results = await sendFiles(world.session, token, files, {
          ...options,
          signal,
        });
        for (const [at, { action, result, cause }] of results.entries()) {
          const error = action === "complete" ? undefined : cause ?? action;
          model.settleObject(operation, objects[at]!, result, error);
        }
      });
    },
  },
  pipe: {
    weight: 6,
    check: canSend,
    run(model, world, [number]): void {
      const { task, token } = taskOf(model, number);
      const name = model.send(`o${model.nextId()}`, []);
      const objects = [name];
      const opening = model.begin("pipe", { task, objects });
      world.begin(opening, (signal) =>
        pipe(world.session, token, {
          objinfo: { name },
          mimeType: MIME,
          frameBytes: FRAME_BYTES,
          signal,
        }), (opened) => world.opened(opened, opening));
    },
  },
  pipeWrite: {
    weight: 8,
    check: (model) => model.running.size < MOST_RUNNING && model.openPipes > 0,
    run(model, world, [number, size = 0, count = 0]): void {
      const { group, task, writer, object } = pick(world.openPipes, number)!;
      for (let at = count % 4; at >= 0; at--) {
        const bytes = bytesOf(model.nextId(), size + at);
        model.objects.get(object)!.parts.push(bytes);
        world.begin(
          model.begin("pipe-write", { group, task }),
          () => writer.write(bytes),
        );
      }
    },
  },
  pipeClose: {
    weight: 3,
    check: (model) => model.openPipes > 0,
    run: (_, world, [number]) =>
      world.closePipe(pick(world.openPipes, number)!),
  },
  pipeAbort: {
    weight: 1,
    check: (model) => model.openPipes > 0,
    run(model, world, [number]): void {
      const { group, task, writer } = pick(world.openPipes, number)!;
      model.abort(group);
      world.begin(
        model.begin("pipe-close", { group, task }),
        () => writer.abort(group.reason),
      );
    },
  },
  abort: {
    weight: 3,
    check: ({ running }) => running.size > 0,
    run(model, world, [number]): void {
      const { group } = pick([...model.running], number)!;
      model.abort(group);
      world.abort(group);
    },
  },
};
