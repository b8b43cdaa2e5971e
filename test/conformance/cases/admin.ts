import {
  deployAdd,
  deployList,
  deployRemove,
  getDashboard,
} from "../../../lib/admin/mod.ts";
import type { ConformanceCase } from "../case.ts";
import { failureOf } from "./_failure.ts";
import { READER_KEY } from "./_keys.ts";
import { textPipeline } from "./_pipelines.ts";
import { toEngine, withSession, withTask } from "./_session.ts";

const group = "admin";

/** The entry for administrators. */
export const ADMIN: readonly ConformanceCase[] = [
  {
    group,
    name: "the dashboard shows this session and its task",
    expected: [true, true],
    run: (places) =>
      withTask(places, textPipeline(), async (session) => {
        const { overview } = await getDashboard(session);
        return [overview.totalConnections >= 1, overview.activeTasks >= 1];
      }),
  },
  {
    group,
    name: "a pipeline is deployed, listed and removed",
    expected: [true, false],
    run: (places) =>
      withSession(toEngine(places), async (session) => {
        const pipeline = textPipeline();
        const projectId = String(pipeline.project_id);
        await deployAdd(session, pipeline, { schedule: "0 0 1 1 *" });
        const listed = async (): Promise<boolean> =>
          JSON.stringify(await deployList(session)).includes(projectId);
        const before = await listed();
        await deployRemove(session, projectId);
        return [before, await listed()];
      }),
  },
  {
    group,
    name: "who is no administrator is told so",
    expected: "RocketRideException: permission-denied",
    run: (places) =>
      withSession(
        { ...toEngine(places), auth: READER_KEY },
        (session) => failureOf(deployAdd(session, textPipeline())),
      ),
  },
];
