import type { Session } from "@rocketride/streams";
import * as admin from "@rocketride/streams/admin";
import { PAYLOAD, PIPELINE } from "./plants.ts";

/** What a call is made with, besides its session. */
export interface Place {
  /** The token of a task. */
  readonly token: string;
  /** Ends a call. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for a call. */
  readonly timeout?: number | undefined;
}

/** Calls one function of the library. */
export type Drive = (session: Session, place: Place) => unknown;

const AT = { projectId: String(PIPELINE.project_id) };
const SOURCE = { ...AT, sourceId: "in" };
const APP = { appId: "a", version: 1 };

/** The rows of a page, or why there is none. */
function rows(list: admin.PagedList<unknown>): Promise<unknown> {
  return list.page();
}

/** A place without its token. */
function o({ token: _, ...options }: Place): Omit<Place, "token"> {
  return options;
}

/** Functions of administration that servers have from 1.3 on. */
export const DRIVES_OF_1_4: Readonly<Record<string, Drive>> = {
  publishPipeline: (s, at) =>
    admin.publishPipeline(s, PIPELINE, { deployTo: "@me", ...o(at) }),
  publishApp: (s, at) =>
    admin.publishApp(s, new TextEncoder().encode(PAYLOAD), o(at)),
  listVersions: (s, at) => rows(admin.listVersions(s, "p", o(at))),
  listDeployHistory: (s, at) => rows(admin.listDeployHistory(s, "p", o(at))),
  getArtifact: (s, at) => admin.getArtifact(s, "p", 1, o(at)),
  deployVersion: (s, at) => admin.deployVersion(s, AT, 1, o(at)),
  listDeployments: (s, at) => rows(admin.listDeployments(s, o(at))),
  getDeployment: (s, at) => admin.getDeployment(s, AT, o(at)),
  enableDeployment: (s, at) => admin.enableDeployment(s, AT, o(at)),
  disableDeployment: (s, at) => admin.disableDeployment(s, AT, o(at)),
  setSchedule: (s, at) => admin.setSchedule(s, SOURCE, o(at)),
  pauseSchedule: (s, at) => admin.pauseSchedule(s, SOURCE, o(at)),
  resumeSchedule: (s, at) => admin.resumeSchedule(s, SOURCE, o(at)),
  setSourceConfig: (s, at) => admin.setSourceConfig(s, SOURCE, o(at)),
  previewSchedule: (s, at) => admin.previewSchedule(s, "@daily", o(at)),
  runDeployment: (s, at) => admin.runDeployment(s, SOURCE, o(at)),
  removeDeployment: (s, at) => admin.removeDeployment(s, AT, o(at)),
  listAppVersions: (s, at) => admin.listAppVersions(s, "a", o(at)),
  submitApp: (s, at) => admin.submitApp(s, APP, o(at)),
  withdrawApp: (s, at) => admin.withdrawApp(s, APP, o(at)),
  replyApp: (s, at) => admin.replyApp(s, "a", "Done", o(at)),
  getBuildLog: (s, at) => admin.getBuildLog(s, APP, o(at)),
  publishAppVersion: (s, at) => admin.publishAppVersion(s, APP, "@me", o(at)),
  disableAppPublish: (s, at) => admin.disableAppPublish(s, "a", "@me", o(at)),
  removeAppPublish: (s, at) => admin.removeAppPublish(s, "a", "@me", o(at)),
  whereApp: (s, at) => admin.whereApp(s, "a", o(at)),
  listConnections: (s, at) => rows(admin.listConnections(s, o(at))),
  listAllTasks: (s, at) => rows(admin.listAllTasks(s, o(at))),
  validatePromoCode: (s, at) => admin.validatePromoCode(s, "o", "c", o(at)),
  redeemPromoCode: (s, at) => admin.redeemPromoCode(s, "o", "c", o(at)),
  upgradeSubscription: (s, at) =>
    admin.upgradeSubscription(s, "o", { appId: "a", newPriceId: "p" }, o(at)),
  purchaseTopup: (s, at) => admin.purchaseTopup(s, "o", "p", o(at)),
  listTransactions: (s, at) => rows(admin.listTransactions(s, "o", o(at))),
  listTransactionValues: (s, at) =>
    admin.listTransactionValues(s, "o", "type", o(at)),
  getUsageByUser: (s, at) => admin.getUsageByUser(s, "o", o(at)),
  getUsageByTeam: (s, at) => admin.getUsageByTeam(s, "o", o(at)),
  setDevTeam: (s, at) => admin.setDevTeam(s, "t", o(at)),
  cprofileTree: (s, { token: target, ...options }) =>
    admin.cprofileTree(s, { target, ...options }),
  cprofileThreads: (s, { token: target, ...options }) =>
    admin.cprofileThreads(s, { target, ...options }),
};
