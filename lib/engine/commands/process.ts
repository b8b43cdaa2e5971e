import { isRecord } from "../../../schema/json.ts";
import { ConnectionException, PipeException } from "../../errors.ts";
import { isName } from "../pipeline/component.ts";
import type { Pipe } from "../run/pipe.ts";
import type { Reply, TaskCall } from "./call.ts";
import { pipelineCode } from "./pipeline_code.ts";
import { numberOf, textOf } from "../text_of.ts";

/**
 * `rrext_process`: open, write and close pipes, and use tools. A failure is answered as a
 * failure, which servers of 1.1 do not do.
 */
export async function processData(call: TaskCall): Promise<Reply> {
  const { task, args } = call;
  try {
    switch (args.subcommand) {
      case "open":
        return await open(call);
      case "write":
        return await write(call);
      case "close":
        return await close(call);
      case "tool":
        return await useTool(call);
      default:
        throw new PipeException(
          `Invalid subcommand ${textOf(args.subcommand)}`,
        );
    }
  } finally {
    // A task with open pipes is not idle.
    if (!task.running?.byId.size) task.touch();
  }
}

async function open({ core, caller, args, task }: TaskCall): Promise<Reply> {
  const { object, mimeType, provider } = args;
  if (!isRecord(object)) throw new PipeException("No object info specified");
  if (typeof mimeType !== "string" || mimeType === "") {
    throw new PipeException("No mimeType specified");
  }
  const pipes = await task.pipes();
  const { readObjectInfo } = await pipelineCode();
  if (provider && provider !== task.spec.provider) {
    throw new PipeException(
      `You are looking for a "${textOf(provider)}", but this pipeline isn't it`,
    );
  }
  // The connection may have closed meanwhile; it would never close the pipe.
  if (!caller.isPresent) throw new ConnectionException("Connection is closed");
  const { randomUUID } = core.settings;
  const info = readObjectInfo(object, mimeType, randomUUID);
  const { id: pipe_id } = await pipes.open(caller, info);
  return { pipe_id };
}

async function write({ caller, args, task }: TaskCall): Promise<Reply> {
  const id = pipeIdOf(args);
  const { data } = args;
  if (typeof data !== "string" && !(data instanceof Uint8Array)) {
    throw new PipeException("No data specified");
  }
  const open = task.running?.byId.get(id);
  const pipe = open?.owner === caller
    ? open.pipe
    : (await task.pipes()).get(caller, id);
  await pipe.write(data);
}

async function close({ caller, args, task }: TaskCall): Promise<Reply> {
  const id = pipeIdOf(args);
  // In the same turn, so that a later write does not overtake it.
  const pipes = task.running ?? await task.pipes();
  return await pipes.close(caller, id);
}

/** Use a tool of a node, on an open pipe or on one that is borrowed for it. */
async function useTool(
  { core, caller, args, task }: TaskCall,
): Promise<Reply> {
  const { tool, pipe_id: id } = args;
  if (typeof tool !== "string" || tool === "") {
    throw new PipeException("tool is required");
  }
  const input = args.input ?? {};
  if (!isRecord(input)) throw new PipeException("input must be an object");
  const nodeId = isName(args.nodeId) ? args.nodeId : "";
  const use = (pipe: Pipe): Promise<unknown> => pipe.tool(tool, input, nodeId);
  const pipes = await task.pipes();
  if (id !== undefined && id !== null) {
    const found = pipes.byId.get(numberOf(id));
    if (found?.owner !== caller || !found.pipe.isOpen) {
      throw new PipeException(`Pipe ${textOf(id)} is not open`);
    }
    return { result: await use(found.pipe) ?? null };
  }
  if (!caller.isPresent) throw new ConnectionException("Connection is closed");
  const { randomUUID } = core.settings;
  const { readObjectInfo } = await pipelineCode();
  const info = readObjectInfo({}, "application/json", randomUUID);
  return { result: await pipes.borrow(caller, info, use) ?? null };
}

function pipeIdOf({ pipe_id }: TaskCall["args"]): number {
  if (typeof pipe_id === "number") return pipe_id;
  throw new PipeException("No pipe_id specified");
}
