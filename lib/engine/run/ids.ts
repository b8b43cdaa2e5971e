import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { v5 } from "uuid";
import { isRecord } from "../../../schema/json.ts";
import type { Pipeline } from "../../../schema/pipeline.ts";
import type { ObjectInfo } from "../node.ts";

/** Who a task belongs to and what it runs; its tokens follow from this. */
export interface TaskIdentity {
  readonly projectId: string;
  readonly source: string;
  readonly userId: string;
}

/**
 * The private token: control of one task.
 *
 * Derived as the real server does it, so both give the same token for the
 * same user, project and source.
 */
export function taskToken(identity: TaskIdentity): string {
  const { projectId: project_id, source, userId } = identity;
  return `tk_${digest({ project_id, source, userId })}`;
}

/** The public key: data rights on one task, whoever started it. */
export function publicToken(identity: Omit<TaskIdentity, "userId">): string {
  const { projectId: project_id, source } = identity;
  return `pk_${digest({ project_id, source })}`;
}

/** The short id that events and listings show: eight characters and source. */
export function displayId(token: string, source: string): string {
  return `${token.replace(/^(tk|pk)_/, "").slice(0, 8)}.${source}`;
}

/** A digest of a pipeline: the same whatever the order of its members. */
export function pipelineHash(pipeline: Pipeline): string {
  const text = JSON.stringify(pipeline, (_, value) => {
    if (!isRecord(value)) return value;
    const members = Object.entries(value);
    return Object.fromEntries(members.sort(([a], [b]) => a < b ? -1 : 1));
  });
  return bytesToHex(sha256(new TextEncoder().encode(text))).slice(0, 16);
}

/** The first 32 hex digits of SHA-256; keys must be given in sorted order. */
function digest(fields: Readonly<Record<string, string>>): string {
  const members = Object.entries(fields).map(([key, value]) =>
    `${asciiJson(key)}: ${asciiJson(value)}`
  );
  const text = `{${members.join(", ")}}`;
  return bytesToHex(sha256(new TextEncoder().encode(text))).slice(0, 32);
}

/** JSON in ASCII, because the hash is taken over exactly these bytes. */
function asciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Read the `object` of an open request.
 *
 * Unknown members are dropped, as the real engine does. Without an
 * `objectId` one is derived from the name, so equal names give equal ids.
 *
 * @param given The request's `object`.
 * @param mimeType The request's media type.
 * @param randomUUID Makes the name of an object without one.
 */
export function readObjectInfo(
  given: Readonly<Record<string, unknown>>,
  mimeType: string,
  randomUUID: () => string,
): ObjectInfo {
  const name = text(given.name) ?? randomUUID();
  const url = text(given.url) ?? `null://Stream/${name}`;
  return {
    name,
    path: directoryOf(text(given.path) ?? ""),
    objectId: text(given.objectId) ?? v5(url.toWellFormed(), v5.URL),
    size: sizeOf(given.size),
    mimeType,
    metadata: {},
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function sizeOf(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 ? value : undefined;
}

function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
