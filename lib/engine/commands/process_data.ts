import { isRecord } from "../../../schema/json.ts";
import { ConnectionException, PipeException } from "../../errors.ts";
import { requireForTask } from "../access/permissions.ts";
import { readObjectInfo } from "../run/object_info.ts";
import type { Task } from "../run/task.ts";
import { type Call, type Reply, taskOf } from "./call.ts";

/**
 * `rrext_process`: open, write and close pipes. Failures are told
 * as failures, which servers of 1.1 do not do.
 */
export async function processData(call: Call): Promise<Reply> {
  const task = taskOf(call);
  requireForTask(call.identity, "task.data", task.spec.token);
  try {
    return await subcommand(call, task);
  } finally {
    task.touch();
  }
}

function subcommand(call: Call, task: Task): Promise<Reply> {
  const { args } = call;
  switch (args.subcommand) {
    case "open":
      return open(call, task);
    case "write":
      return write(call, task);
    case "close":
      return close(call, task);
    default:
      throw new PipeException(`Invalid subcommand ${args.subcommand}`);
  }
}

async function open(
  { core, caller, args }: Call,
  task: Task,
): Promise<Reply> {
  const { object, mimeType, provider } = args;
  if (!isRecord(object)) throw new PipeException("No object info specified");
  if (typeof mimeType !== "string" || mimeType === "") {
    throw new PipeException("No mimeType specified");
  }
  const pipes = await task.pipes();
  if (provider && provider !== task.spec.provider) {
    throw new PipeException(
      `You are looking for a "${provider}", but this pipeline isn't it`,
    );
  }
  // The task may have taken its time; nobody would close the pipe.
  if (!caller.isPresent) throw new ConnectionException("Connection is closed");
  const { randomUUID } = core.settings;
  const info = readObjectInfo(object, mimeType, randomUUID);
  return { pipe_id: await pipes.open(caller, info) };
}

async function write({ caller, args }: Call, task: Task): Promise<Reply> {
  const id = readPipeId(args.pipe_id);
  const { data } = args;
  if (typeof data !== "string" && !(data instanceof Uint8Array)) {
    throw new PipeException("No data specified");
  }
  const pipes = await task.pipes();
  await pipes.write(caller, id, data);
}

async function close({ caller, args }: Call, task: Task): Promise<Reply> {
  const id = readPipeId(args.pipe_id);
  const pipes = await task.pipes();
  return await pipes.close(caller, id);
}

function readPipeId(value: unknown): number {
  if (typeof value === "number") return value;
  throw new PipeException("No pipe_id specified");
}
