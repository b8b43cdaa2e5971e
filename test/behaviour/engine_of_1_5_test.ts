import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  close,
  connect,
  ExecutionException,
  getTaskToken,
  identify,
  pipe,
  resolveConfig,
  type Session,
  terminate,
  tool,
  use,
} from "@rocketride/streams";
import {
  deleteLogEvents,
  getLogChapters,
  listLogStreams,
  readLogSegment,
} from "@rocketride/streams/admin";
import {
  begin,
  commit,
  cprofileTree,
  deployVersion,
  dialect,
  disableDeployment,
  enableDeployment,
  getArtifact,
  getDeployment,
  listAllTasks,
  listAppVersions,
  listConnections,
  listDeployHistory,
  listDeployments,
  listVersions,
  pauseSchedule,
  previewSchedule,
  publishPipeline,
  query,
  removeDeployment,
  resumeSchedule,
  runDeployment,
  setSchedule,
  setSourceConfig,
  transaction,
} from "@rocketride/streams/admin";
import { createEngine, serveEngine } from "@rocketride/streams/engine";
import { getUrl, readMany, writeText } from "@rocketride/streams/store";
import { databaseNode } from "../support/database_node.ts";

const PIPELINE = {
  project_id: "reports",
  name: "Reports",
  source: "in",
  components: [
    { id: "in", provider: "chat", config: {} },
    {
      id: "db",
      provider: "test_database",
      config: {},
      input: [{ lane: "questions", from: "in" }],
    },
  ],
};
const LOG = { projectId: "reports", source: "in" };

/** Run a test with a session over a socket. */
async function withSession(
  test: (session: Session) => Promise<void>,
): Promise<void> {
  const engine = createEngine({ auth: ["secret"], nodes: [databaseNode()] });
  await using server = await serveEngine(engine);
  const { uri } = server;
  const session = await connect({ uri, auth: "secret", env: {} });
  try {
    await test(session);
  } finally {
    await close(session);
    await engine.close();
  }
}

async function rowsOf<Row>(list: AsyncIterable<Row>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of list) rows.push(row);
  return rows;
}

Deno.test("tools and transactions of the embedded engine", async () => {
  await withSession(async (session) => {
    const task = await use(session, { pipeline: PIPELINE });
    assertEquals(await dialect(session, task), "postgres");
    const { rows } = await query(session, task, "select 1", { params: [2] });
    assertEquals(rows, [{ sql: "select 1", params: [2] }]);
    const begun = await begin(session, task, { node: "db" });
    await query(session, begun, "select 2");
    await commit(session, begun);
    await assertRejects(
      () => commit(session, begun),
      Error,
      "unknown or expired",
    );
    const value = await transaction(session, task, async (open) => {
      const { affected_rows } = await query(session, open, "select 3");
      return affected_rows;
    });
    assertEquals(value, 0);
    const input = { sql: "select 4" };
    const mimeType = "application/rocketride-question";
    const open = await pipe(session, task, { mimeType });
    const answer = await tool(session, open, "execute", input);
    assertEquals(answer, {
      rows: [{ sql: "select 4", params: null }],
      affected_rows: 0,
    });
    await open.abort();
    const failure = await assertRejects(
      () => tool(session, task, "nowhere"),
      ExecutionException,
      "No handler found",
    );
    assertEquals(failure.code, "tool-not-found");
  });
});

Deno.test("the log of the embedded engine, part by part", async () => {
  await withSession(async (session) => {
    const task = await use(session, { pipeline: PIPELINE });
    await terminate(session, task);
    const { chapters, segments } = await getLogChapters(session, LOG);
    assertEquals(chapters.map(({ outcome }) => outcome), ["cancelled"]);
    const segment = segments[0]!.id;
    const items = await rowsOf(readLogSegment(session, { ...LOG, segment }));
    assertEquals(items[0]?.type, "keyframe");
    assert(items.length > 5);
    const [stream, ...more] = await listLogStreams(session, LOG);
    assertEquals([stream?.runKind, stream?.teamId, more], ["dev", "", []]);
    assertEquals(await deleteLogEvents(session, { ...LOG, all: true }), 1);
    assertEquals(await listLogStreams(session, LOG), []);
  });
});

Deno.test("versions and deployments of the embedded engine", async () => {
  await withSession(async (session) => {
    const comment = "first";
    const { artifact } = await publishPipeline(session, PIPELINE, { comment });
    assertEquals([artifact?.version, artifact?.comment], [1, comment]);
    const deployTo = "local";
    await publishPipeline(session, PIPELINE, { deployTo });
    const address = { projectId: "reports", teamId: "local" };
    const source = { ...address, sourceId: "in" };
    assertEquals((await getDeployment(session, address)).version, 2);
    await deployVersion(session, address, 1);
    const versions = await rowsOf(listVersions(session, "reports"));
    assertEquals(versions.map(({ version }) => version), [2, 1]);
    assertEquals(await getArtifact(session, "reports", 1), PIPELINE);
    const { schedules } = await setSchedule(session, source, {
      schedule: "@daily",
      ttl: 60,
    });
    assertEquals(schedules?.in?.cron, "@daily");
    const paused = await pauseSchedule(session, source);
    assertEquals(paused.schedules?.in?.paused, true);
    await resumeSchedule(session, source);
    await setSourceConfig(session, source, { traceLevel: "none" });
    assertEquals((await previewSchedule(session, "@daily")).next.length, 5);
    const { token } = await runDeployment(session, source);
    const ofTeam = { ...LOG, teamId: "local" };
    assertEquals(await getTaskToken(session, ofTeam), token);
    await disableDeployment(session, address);
    await enableDeployment(session, address);
    const rows = await rowsOf(listDeployments(session, { teamId: "local" }));
    assertEquals(rows.map(({ state }) => state), ["enabled"]);
    assertEquals((await removeDeployment(session, address)).state, "removed");
    const history = await rowsOf(listDeployHistory(session, "reports"));
    assertEquals(history[0]?.action, "remove");
    await assertRejects(
      () => listAppVersions(session, "app"),
      Error,
      "SaaS",
    );
  });
});

Deno.test("lists, settings and files of the embedded engine", async () => {
  await withSession(async (session) => {
    await use(session, { pipeline: PIPELINE });
    await identify(session, "mine");
    const connections = await rowsOf(listConnections(session));
    assertEquals(connections.map(({ clientInfo }) => clientInfo?.name), [
      "mine",
    ]);
    const tasks = await rowsOf(listAllTasks(session, { pageSize: 1 }));
    assertEquals(tasks.map(({ projectId }) => projectId), ["reports"]);
    const { provider, dropped } = await resolveConfig(session, "chat");
    assertEquals([provider, dropped], ["chat", []]);
    await assertRejects(() => cprofileTree(session), Error, "no Python");
    await writeText(session, "a.txt", "text");
    const files = await rowsOf(readMany(session, ["a.txt", "none"]));
    assertEquals(files.map(({ ok }) => ok), [true, false]);
    const response = await fetch(await getUrl(session, "a.txt"));
    assertEquals(await response.text(), "text");
  });
});
