import type { Awaitable } from "../node.ts";
import type { Command, OpenCall, Reply } from "./call.ts";

/** The functions that compile and run pipelines. */
export type PipelineCode =
  & Pick<
    typeof import("./start.ts"),
    "execute" | "restart" | "readStartOptions" | "startTask"
  >
  & Pick<typeof import("./validate.ts"), "validate">
  & Pick<typeof import("../run/ids.ts"), "readObjectInfo">;

const lateRuns: WeakSet<Command["run"]> = new WeakSet();

/** Whether a command needs the code of pipelines. */
export function needsCode(command: Command | undefined): boolean {
  return command !== undefined && lateRuns.has(command.run);
}

/** What runs a command whose code is loaded when it is needed. */
export function late<AnyCall extends OpenCall>(
  pick: (code: PipelineCode) => (call: AnyCall) => Awaitable<Reply>,
): (call: AnyCall) => Awaitable<Reply> {
  const run = (call: AnyCall): Awaitable<Reply> => {
    const code = pipelineCode();
    return code instanceof Promise
      ? code.then((loaded) => pick(loaded)(call))
      : pick(code)(call);
  };
  lateRuns.add(run as Command["run"]);
  return run;
}

/** What has been loaded, and what is on its way. */
export const pipelines: {
  code?: PipelineCode | undefined;
  loading?: Promise<PipelineCode> | undefined;
} = {};

/** The code of pipelines, which is loaded when it is first needed. */
export function pipelineCode(): PipelineCode | Promise<PipelineCode> {
  return pipelines.code ?? (pipelines.loading ??= load());
}

async function load(): Promise<PipelineCode> {
  try {
    const [start, validate, ids] = await Promise.all([
      import("./start.ts"),
      import("./validate.ts"),
      import("../run/ids.ts"),
    ]);
    return pipelines.code = { ...start, ...validate, ...ids };
  } finally {
    // After a failure the network may be back the next time.
    pipelines.loading = undefined;
  }
}
