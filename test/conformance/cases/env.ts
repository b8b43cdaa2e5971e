import { connect, send } from "../../../mod.ts";
import type { ConformanceCase } from "../case.ts";
import { failureOf } from "./_failure.ts";
import { toFaultyEngine } from "./_faults.ts";
import { KEY } from "./_keys.ts";
import { textPipeline } from "./_pipelines.ts";
import { toEngine, usingTask, withSession } from "./_session.ts";

const group = "env";

/** A text pipeline whose field is named by a variable. */
function namedBy(variable: string): ReturnType<typeof textPipeline> {
  const pipeline = textPipeline();
  const [source, response] = pipeline.components;
  const config = { laneName: `\${${variable}}` };
  return { ...pipeline, components: [source!, { ...response!, config }] };
}

/** The name of the field that a text ends up in. */
async function fieldFor(
  options: Parameters<typeof connect>[0],
  variable: string,
  env?: Record<string, string>,
): Promise<string> {
  return await withSession(
    options ?? {},
    (session) =>
      usingTask(session, namedBy(variable), async (_, task) => {
        const { result_types } = await send(session, task, "a");
        return Object.keys(result_types ?? {}).join();
      }, env && { env }),
  );
}

/** The variables: given, of the runtime, or none. */
export const ENV: readonly ConformanceCase[] = [
  {
    group,
    name: "address and key come from the given variables",
    expected: "a",
    run: (places) =>
      fieldFor({
        env: {
          ROCKETRIDE_URI: places.engine,
          ROCKETRIDE_APIKEY: KEY,
          ROCKETRIDE_FIELD: "a",
        },
      }, "ROCKETRIDE_FIELD"),
  },
  {
    group,
    name: "variables of a start go over those of the session",
    expected: ["session", "start"],
    run: async (places) => {
      const env = { ROCKETRIDE_FIELD: "session" };
      const options = { ...toEngine(places), env };
      return [
        await fieldFor(options, "ROCKETRIDE_FIELD"),
        await fieldFor(options, "ROCKETRIDE_FIELD", {
          ROCKETRIDE_FIELD: "start",
        }),
      ];
    },
  },
  {
    group,
    name: "with no variables given, a start does no harm anywhere",
    expected: "${ROCKETRIDE_CONFORMANCE_NOBODY}",
    run: (places) =>
      fieldFor(
        { uri: places.engine, auth: KEY },
        "ROCKETRIDE_CONFORMANCE_NOBODY",
      ),
  },
  {
    group,
    name: "with no variables and no key given, this machine needs none",
    expected: "faulty",
    run: async (places) => {
      const { transport } = await toFaultyEngine(places);
      return await withSession(
        { uri: "localhost", transport },
        ({ identity }) => Promise.resolve(identity?.userId),
      );
    },
  },
  {
    group,
    name: "an empty set of variables is just that",
    expected: [
      "ValidationException: missing-credential",
      "${ROCKETRIDE_FIELD}",
    ],
    run: async (places) => [
      await failureOf(connect({ env: {} })),
      await fieldFor(toEngine(places), "ROCKETRIDE_FIELD"),
    ],
  },
];
