/// <reference lib="dom" />
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import {
  type Pipeline,
  type Session,
  use,
  validate,
  type ValidationIssue,
} from "@rocketride/streams";
import { unwrapPipeline } from "@rocketride/streams/schema";
import chatSample from "../../../examples/pipelines/chat.pipe.json" with {
  type: "json",
};
import documentSample from "../../../examples/pipelines/document.pipe.json" with {
  type: "json",
};
import fingerprintSample from "../../../examples/pipelines/fingerprint.pipe.json" with {
  type: "json",
};
import { Dropzone } from "./dropzone.tsx";
import { refresh, tasks } from "./engine_model.ts";
import { reasonOf } from "./format.ts";
import { show } from "./route.ts";

/** Pipelines that need no key and no file. */
const SAMPLES: readonly Pipeline[] = [
  documentSample,
  fingerprintSample,
  chatSample,
];

/** A form that starts a sample, or a pipeline from a file. */
export function Start(
  { session, onStarted }: { session: Session; onStarted?: () => void },
): JSX.Element {
  const [problems, setProblems] = useState<readonly ValidationIssue[]>([]);
  const [starting, setStarting] = useState("");

  async function start(pipeline: Pipeline): Promise<void> {
    setProblems([]);
    setStarting(pipeline.name ?? "the pipeline");
    try {
      const { errors } = await validate(session, { pipeline });
      if (errors.length > 0) return setProblems(errors);
      const { name } = pipeline;
      const { started } = await use(session, {
        pipeline,
        pipelineTraceLevel: "summary",
        useExisting: true,
        ...(name !== undefined && { name }),
      });
      await refresh(session);
      const found = started.id !== undefined && tasks.has(started.id)
        ? started.id
        : [...tasks.values()].findLast(({ projectId, source, completed }) =>
          projectId === started.projectId && source === started.source &&
          !completed
        )?.id;
      if (found !== undefined) show({ view: "task", id: found });
      onStarted?.();
    } catch (error) {
      setProblems([{ message: reasonOf(error) }]);
    } finally {
      setStarting("");
    }
  }

  async function startFile([file]: readonly File[]): Promise<void> {
    try {
      const pipeline = unwrapPipeline(JSON.parse(await file!.text()));
      if (pipeline) return await start({ name: nameOf(file!), ...pipeline });
      setProblems([{ message: `${file!.name} has no list of components` }]);
    } catch (error) {
      setProblems([{ message: `${file!.name}: ${reasonOf(error)}` }]);
    }
  }

  return (
    <div class="start">
      <Dropzone
        label="Drop a pipeline file here"
        accept=".pipe,.json"
        isSingle
        onFiles={(files) => void startFile(files)}
      />
      <p class="quiet">Or start one of these examples. They need no key.</p>
      <ul class="samples">
        {SAMPLES.map((sample) => (
          <li key={sample.name}>
            <button
              type="button"
              disabled={starting !== ""}
              onClick={() => void start(sample)}
            >
              <strong>{sample.name}</strong>
              <span>{sample.description}</span>
            </button>
          </li>
        ))}
      </ul>
      <div role="status">
        {starting !== "" && <p class="quiet">Starting {starting}…</p>}
      </div>
      {problems.length > 0 && (
        <ul class="problems" role="alert">
          {problems.map(({ id, message }, at) => (
            <li key={at} class="error">
              {id && <strong>{id}</strong>} {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function nameOf({ name }: File): string {
  return name.replace(/(\.pipe)?(\.json)?$/, "");
}
