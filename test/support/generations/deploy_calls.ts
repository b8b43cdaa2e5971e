import * as admin from "@rocketride/streams/admin";
import {
  type Both,
  differs,
  page,
  PIPELINE,
  since,
  until,
} from "./generation.ts";

const TASK = "tk_12345678";
const AT = { projectId: "p", teamId: "t" };
const SOURCE = { ...AT, sourceId: "in" };
const RECORD = {
  pipeline: { ...PIPELINE, name: "Reports" },
  schedule: "@daily",
  state: "active",
  created_at: 1,
};
const DEPLOYMENT = { ...AT, version: 3, state: "enabled", schedules: {} };
const ARTIFACT = { version: 1, sha256: "x", bytes: 2, pipelineName: "Reports" };
const APP = { appId: "a", version: 2 };
const VERSION = { registryVersion: 2, state: "private", buildStatus: "ok" };
const PIN = { rung: "team", version: 2 };
const PUBLISHED = { audience: "@me", version: 2 };

/** The failure of what servers up to 1.3 cannot do with their deployments. */
const NEEDS_REGISTRY = "not-supported";

/** A function about deployments that servers up to 1.3 cannot do. */
function deploys(
  subcommand: string,
  ask: Both["ask"],
  body: Readonly<Record<string, unknown>> = DEPLOYMENT,
  gives: unknown = body,
): Both {
  const answers = { [`rrext_deploy_pipe ${subcommand}`]: body };
  return since(ask, answers, gives, NEEDS_REGISTRY);
}

function app(
  subcommand: string,
  ask: Both["ask"],
  body: Readonly<Record<string, unknown>>,
  gives?: unknown,
): Both {
  return since(ask, { [`rrext_deploy_app ${subcommand}`]: body }, gives);
}

/** Functions of the entry `./admin` about deployments and apps. */
export const DEPLOY: Readonly<Record<string, Both>> = {
  deployAdd: until(
    (session) => admin.deployAdd(session, PIPELINE),
    { rrext_deploy_add: RECORD },
    RECORD,
  ),
  deployList: until(
    (session) => admin.deployList(session),
    { rrext_deploy_list: { deployments: [RECORD] } },
    [RECORD],
  ),
  deployStatus: until(
    (session) => admin.deployStatus(session, "p"),
    { rrext_deploy_status: RECORD },
    RECORD,
  ),
  deployUpdate: until(
    (session) => admin.deployUpdate(session, "p", { schedule: "manual" }),
    { rrext_deploy_update: {} },
  ),
  deployRemove: until(
    (session) => admin.deployRemove(session, "p"),
    { rrext_deploy_remove: {} },
  ),
  publishPipeline: differs(
    async (session) => {
      const { artifact, deployment } = await admin.publishPipeline(
        session,
        PIPELINE,
      );
      return [artifact?.version, deployment?.state];
    },
    { answers: { rrext_deploy_add: RECORD }, gives: [undefined, "enabled"] },
    {
      answers: { "rrext_deploy add": { artifact: ARTIFACT } },
      gives: [1, undefined],
    },
  ),
  publishApp: since(
    async (session) =>
      (await admin.publishApp(session, new Uint8Array([80, 75]))).artifact,
    { "rrext_deploy add": { artifact: VERSION } },
    VERSION,
  ),
  listVersions: since(
    (session) => Array.fromAsync(admin.listVersions(session, "p")),
    { "rrext_deploy versions": page(ARTIFACT) },
    [ARTIFACT],
  ),
  listDeployHistory: since(
    (session) => Array.fromAsync(admin.listDeployHistory(session, "p")),
    { "rrext_deploy history": page({ seq: 1, action: "publish" }) },
    [{ seq: 1, action: "publish" }],
  ),
  getArtifact: since(
    (session) => admin.getArtifact(session, "p", 1),
    { "rrext_deploy artifact": PIPELINE },
    PIPELINE,
  ),
  listDeployments: differs(
    async (session) => {
      const rows = await Array.fromAsync(admin.listDeployments(session));
      return rows.map(({ projectId, state }) => [projectId, state]);
    },
    {
      answers: { rrext_deploy_list: { deployments: [RECORD] } },
      gives: [["p", "enabled"]],
    },
    {
      answers: { "rrext_deploy_pipe list": page(DEPLOYMENT) },
      gives: [["p", "enabled"]],
    },
  ),
  getDeployment: differs(
    async (session) => {
      const { pipelineName, schedules } = await admin.getDeployment(
        session,
        AT,
      );
      return [pipelineName, schedules];
    },
    {
      answers: { rrext_deploy_status: RECORD },
      gives: ["Reports", { in: { cron: "@daily", paused: false } }],
    },
    {
      answers: {
        "rrext_deploy_pipe get": { ...DEPLOYMENT, pipelineName: "Reports" },
      },
      gives: ["Reports", {}],
    },
  ),
  removeDeployment: differs(
    async (session) => (await admin.removeDeployment(session, AT)).state,
    { answers: { rrext_deploy_remove: {} }, gives: "removed" },
    { answers: { "rrext_deploy_pipe remove": DEPLOYMENT }, gives: "removed" },
  ),
  deployVersion: deploys(
    "deploy",
    (session) => admin.deployVersion(session, AT, 3),
  ),
  enableDeployment: deploys(
    "enable",
    (session) => admin.enableDeployment(session, AT),
  ),
  disableDeployment: deploys(
    "disable",
    (session) => admin.disableDeployment(session, AT),
  ),
  runDeployment: deploys(
    "run",
    async (session) => {
      const run = await admin.runDeployment(session, SOURCE);
      return [run.token, run.version];
    },
    { token: TASK, version: 3 },
    [TASK, 3],
  ),
  setSchedule: differs(
    async (session) => {
      const schedule = "@daily";
      const changed = await admin.setSchedule(session, SOURCE, { schedule });
      return [changed.projectId, changed.schedules?.in?.cron];
    },
    {
      answers: { rrext_deploy_update: {}, rrext_deploy_status: RECORD },
      gives: ["p", "@daily"],
    },
    {
      answers: {
        "rrext_deploy_pipe schedule_set": {
          ...DEPLOYMENT,
          schedules: { in: { cron: "@daily" } },
        },
      },
      gives: ["p", "@daily"],
    },
  ),
  pauseSchedule: deploys(
    "schedule_pause",
    (session) => admin.pauseSchedule(session, SOURCE),
  ),
  resumeSchedule: deploys(
    "schedule_resume",
    (session) => admin.resumeSchedule(session, SOURCE),
  ),
  setSourceConfig: deploys(
    "source_config",
    (session) => admin.setSourceConfig(session, SOURCE, { debugOut: true }),
  ),
  previewSchedule: deploys(
    "preview",
    (session) => admin.previewSchedule(session, "@daily"),
    { valid: true, next: [1] },
  ),
  listAppVersions: app(
    "versions",
    (session) => admin.listAppVersions(session, "a"),
    { versions: [VERSION] },
    [VERSION],
  ),
  submitApp: app(
    "submit",
    (session) => admin.submitApp(session, APP),
    { artifact: VERSION },
    VERSION,
  ),
  withdrawApp: app(
    "withdraw",
    (session) => admin.withdrawApp(session, APP),
    { artifact: VERSION },
    VERSION,
  ),
  replyApp: app(
    "reply",
    (session) => admin.replyApp(session, "a", "Done"),
    { replied: true, appId: "a" },
  ),
  getBuildLog: app(
    "build_log",
    (session) => admin.getBuildLog(session, APP),
    { ...APP, log: "built" },
    "built",
  ),
  publishAppVersion: app(
    "publish",
    (session) => admin.publishAppVersion(session, APP, "@me"),
    { publish: PUBLISHED },
    PUBLISHED,
  ),
  disableAppPublish: app(
    "disable",
    (session) => admin.disableAppPublish(session, "a", "@me"),
    { publish: PUBLISHED },
    PUBLISHED,
  ),
  removeAppPublish: app(
    "remove",
    (session) => admin.removeAppPublish(session, "a", "@me"),
    { publish: PUBLISHED },
    PUBLISHED,
  ),
  whereApp: app(
    "where",
    (session) => admin.whereApp(session, "a"),
    { pins: [PIN] },
    [PIN],
  ),
};
