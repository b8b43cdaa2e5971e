/** The functions that compile and run pipelines. */
export type PipelineCode =
  & Pick<
    typeof import("./start.ts"),
    "execute" | "restart" | "readStartOptions" | "startTask"
  >
  & Pick<typeof import("./validate.ts"), "validate">;

/** The commands that need them. */
export const NEED_CODE: ReadonlySet<unknown> = new Set([
  "execute",
  "restart",
  "rrext_validate",
]);

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
    const [start, { validate }] = await Promise.all([
      import("./start.ts"),
      import("./validate.ts"),
    ]);
    return pipelines.code = { ...start, validate };
  } finally {
    // After a failure the network may be back the next time.
    pipelines.loading = undefined;
  }
}
