/// <reference lib="dom" />
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Pipeline, type Session, terminate } from "@rocketride/streams";
import { Ask } from "./ask.tsx";
import { Charts } from "./charts.tsx";
import { PipelineDrawing } from "./drawing.tsx";
import { beat, loadPipeline, second, tokenOf } from "./engine_model.ts";
import { Events } from "./events.tsx";
import { bytes, count, dateTime, duration, reasonOf } from "./format.ts";
import { Scrolled } from "./result_view.tsx";
import { Send } from "./send.tsx";
import { Tabs } from "./tabs.tsx";
import type { TaskModel } from "./task_model.ts";

/** A task: its drawing, its figures, its charts, and its views. */
export function TaskView(
  { session, task }: { session: Session; task: TaskModel },
): JSX.Element {
  const [error, setError] = useState("");
  useEffect(() => {
    loadPipeline(session, task).catch((reason) => setError(reasonOf(reason)));
  }, [session, task]);
  beat.value;
  const { pipeline } = task;
  return (
    <>
      <div class="watch">
        <Head session={session} task={task} onError={setError} />
        {error !== "" && <p class="error" role="alert">{error}</p>}
        <section aria-label="Pipeline" class="panel">
          {pipeline
            ? <PipelineDrawing task={task} pipeline={pipeline} />
            : (
              <p class="quiet">
                {task.completed
                  ? "This task has ended; engines return only pipelines of running tasks."
                  : "Loading the pipeline…"}
              </p>
            )}
          {pipeline && !task.isTraced && !task.completed && (
            <p class="quiet">
              Counts of each component come with the first object, from tasks
              that were started with a trace level.
            </p>
          )}
        </section>
        <Charts of={task.series} name={task.id} />
      </div>
      <Tabs
        label="Views of the task"
        first={task.lanes?.has("questions") ? "Ask" : "Send"}
      >
        {{
          Send: () => <Send session={session} task={task} />,
          Ask: () => <Ask session={session} task={task} />,
          Events: () => <Events taskId={task.id} />,
          [problemsTitle(task)]: () => <Problems task={task} />,
          JSON: () => <Definition pipeline={pipeline} />,
        }}
      </Tabs>
    </>
  );
}

function Head(
  { session, task, onError }: {
    session: Session;
    task: TaskModel;
    onError: (reason: string) => void;
  },
): JSX.Element {
  const [isAsking, setAsking] = useState(false);

  async function stop(): Promise<void> {
    setAsking(false);
    try {
      await terminate(session, await tokenOf(session, task));
    } catch (reason) {
      onError(reasonOf(reason));
    }
  }

  second.value;
  const { label, mood, stateName, provider, completed } = task;
  const ranFor = (task.endTime || Date.now() / 1_000) - task.startTime;
  return (
    <header class="task-head">
      <div class="title">
        <h1>{label}</h1>
        <span class={`pill ${mood}`}>{stateName}</span>
        {!completed && (isAsking
          ? (
            <span class="asking">
              Stop it for everyone?
              <button type="button" class="danger" onClick={() => void stop()}>
                Stop
              </button>
              <button type="button" onClick={() => setAsking(false)}>
                Keep
              </button>
            </span>
          )
          : (
            <button type="button" onClick={() => setAsking(true)}>
              Stop task
            </button>
          ))}
      </div>
      <dl class="facts">
        <Fact name="Done">{count(task.done)}</Fact>
        <Fact name="Failed" isBad={task.failed > 0}>{count(task.failed)}</Fact>
        <Fact name="Received">{bytes(task.bytes)}</Fact>
        <Fact name={completed ? "Ran for" : "Running for"}>
          {task.startTime ? duration(ranFor * 1_000) : "–"}
        </Fact>
        <Fact name="Source">{provider || task.source}</Fact>
        <Fact name="Started">
          {task.startTime ? dateTime(task.startTime) : "–"}
        </Fact>
      </dl>
    </header>
  );
}

/** A figure with its name. */
export function Fact(
  { name, isBad, children }: {
    name: string;
    isBad?: boolean;
    children: string;
  },
): JSX.Element {
  return (
    <div class={isBad ? "bad" : undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function problemsTitle({ errors, warnings }: TaskModel): string {
  const many = errors.length + warnings.length;
  return many === 0 ? "Problems" : `Problems ${many}`;
}

function Problems({ task }: { task: TaskModel }): JSX.Element {
  const { errors, warnings, exitMessage } = task;
  const all = [
    ...exitMessage ? [["error", exitMessage] as const] : [],
    ...errors.toReversed().map((it) => ["error", it] as const),
    ...warnings.toReversed().map((it) => ["warning", it] as const),
  ];
  if (all.length === 0) return <p class="quiet">No errors and no warnings.</p>;
  return (
    <ul class="problems">
      {all.map(([kind, text], at) => {
        const [message, place] = readProblem(text);
        return (
          <li key={at} class={kind}>
            <strong>{kind}</strong> {message}
            {place && <small>{place}</small>}
          </li>
        );
      })}
    </ul>
  );
}

/** Engines write them as `Code*message*file:line`. */
function readProblem(text: string): readonly [string, string?] {
  const parts = text.split("*");
  return parts.length < 3
    ? [text]
    : [parts.slice(1, -1).join("*"), parts.at(-1)!];
}

function Definition(
  { pipeline }: { pipeline: Pipeline | undefined },
): JSX.Element {
  if (!pipeline) return <p class="quiet">Unknown.</p>;
  return (
    <Scrolled label="Pipeline as JSON">
      {JSON.stringify(pipeline, null, 2)}
    </Scrolled>
  );
}
