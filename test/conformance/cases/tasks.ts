import {
  getTaskPipeline,
  getTaskStatus,
  getTaskToken,
  listTasks,
  restart,
  send,
  terminate,
  use,
  validate,
} from "../../../mod.ts";
import { TASK_STATE } from "../../../schema/mod.ts";
import type { ConformanceCase } from "../case.ts";
import { failureOf, inShort, thrownBy } from "./_failure.ts";
import { gateOf } from "./_faults.ts";
import { textPipeline, through } from "./_pipelines.ts";
import { toEngine, usingTask, withSession, withTask } from "./_session.ts";

const group = "tasks";

/** `use`, `terminate` and what can be known of a task. */
export const TASKS: readonly ConformanceCase[] = [
  {
    group,
    name: "a task is started, does its work, and is ended",
    expected: [true, ["Hello\n\n"], TASK_STATE.CANCELLED, true],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const { text } = await send(session, task, "Hello");
        await terminate(session, task);
        const { state, completed } = await getTaskStatus(session, task);
        return [task.owned, text, state, completed];
      }),
  },
  {
    group,
    name: "a task that has ended takes no data, and can be started anew",
    expected: ["PipeException: task-not-running", ["b\n\n"]],
    run: (places) => {
      const pipeline = textPipeline();
      return withTask(places, pipeline, async (session, task) => {
        await terminate(session, task);
        const failure = await failureOf(send(session, task, "a"));
        return await usingTask(session, pipeline, async (_, again) => [
          failure,
          (await send(session, again, "b")).text,
        ]);
      });
    },
  },
  {
    group,
    name: "a task runs once, and others may join it",
    expected: ["ExecutionException: task-exists", true, false],
    run: (places) => {
      const pipeline = textPipeline();
      return withTask(places, pipeline, async (session, task) => {
        const failure = await failureOf(use(session, { pipeline }));
        const joined = await use(session, { pipeline, useExisting: true });
        return [failure, joined.token === task.token, joined.owned];
      });
    },
  },
  {
    group,
    name: "what the engine refuses to start is refused with its words",
    expected: [
      "ExecutionException: service-not-found",
      true,
      "ValidationException: invalid-pipeline",
      "RangeError",
    ],
    run: (places) =>
      withSession(toEngine(places), async (session) => {
        const refused = await thrownBy(
          use(session, { pipeline: through("invented") }),
        ) as Error;
        const nothing = { pipeline: { components: "none" } as never };
        return [
          inShort(refused),
          refused.message.includes("invented"),
          await failureOf(use(session, nothing)),
          await failureOf(
            use(session, { pipeline: textPipeline(), threads: 65 }),
          ),
        ];
      }),
  },
  {
    group,
    name: "a pipeline is fetched from an address",
    expected: ["Hello\n\n"],
    run: (places) =>
      withSession(toEngine(places), async (session) => {
        const address = new URL("/json", places.site);
        address.searchParams.set("of", JSON.stringify(textPipeline()));
        const task = await use(session, { pipeline: address });
        try {
          return (await send(session, task, "Hello")).text;
        } finally {
          await terminate(session, task);
        }
      }),
  },
  {
    group,
    name: "a task is found, listed and told about",
    expected: { token: true, listed: true, sameProject: true, counted: [1, 3] },
    run: (places) => {
      const pipeline = textPipeline();
      const projectId = String(pipeline.project_id);
      return withTask(places, pipeline, async (session, task) => {
        await send(session, task, "abc");
        const { completedCount, completedSize } = await getTaskStatus(
          session,
          task,
        );
        const address = { projectId, source: "in" };
        const all = await listTasks(session);
        const { project_id } = await getTaskPipeline(session, task);
        return {
          token: await getTaskToken(session, address) === task.token,
          listed: all.some(({ token }) => token === task.token),
          sameProject: project_id === projectId,
          counted: [completedCount, completedSize],
        };
      });
    },
  },
  {
    group,
    name: "a pipeline is swapped under the same token",
    expected: [true, ["a\n\n"]],
    run: (places) => {
      const pipeline = textPipeline();
      return withTask(places, pipeline, async (session, task) => {
        const [source, response] = pipeline.components;
        const other = {
          ...pipeline,
          components: [source!, {
            ...response!,
            config: { laneName: "other" },
          }],
        };
        const { token } = await restart(session, task, { pipeline: other });
        const { other: field } = await send(session, task, "a");
        return [token === task.token, field];
      });
    },
  },
  {
    group,
    name: "faults of a pipeline are found without starting it",
    expected: [[], ["invented"]],
    run: (places) =>
      withSession(toEngine(places), async (session) => {
        const good = await validate(session, { pipeline: textPipeline() });
        const bad = await validate(session, { pipeline: through("invented") });
        return [good.errors, bad.errors.map(({ id }) => id)];
      }),
  },
  {
    group,
    name: "a start that was given up leaves no task behind",
    expected: [true, true],
    run: (places) => {
      const gate = gateOf(places);
      const pipeline = through("slow", { gate: gate.name });
      const projectId = String(pipeline.project_id);
      return withSession(toEngine(places), async (session) => {
        const controller = new AbortController();
        const { signal } = controller;
        const reason = new Error("too slow");
        const starting = thrownBy(use(session, { pipeline, signal }));
        await gate.reached();
        controller.abort(reason);
        const thrown = await starting;
        await gate.open();
        const address = { projectId, source: "in" };
        // The engine answers the start first; then it is told to end.
        while (await getTaskToken(session, address));
        const again = await use(session, { pipeline });
        await terminate(session, again);
        return [thrown === reason, again.owned];
      });
    },
  },
  {
    group,
    name: "a task that is left ends, one that was joined does not",
    expected: [false, true],
    run: (places) => {
      const pipeline = textPipeline();
      return withTask(places, pipeline, async (session, task) => {
        const joined = await use(session, { pipeline, useExisting: true });
        await joined[Symbol.asyncDispose]();
        const before = (await getTaskStatus(session, task)).completed;
        await task[Symbol.asyncDispose]();
        return [before, (await getTaskStatus(session, task)).completed];
      });
    },
  },
];
