import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

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
  return `tk_${
    digest({
      project_id: identity.projectId,
      source: identity.source,
      userId: identity.userId,
    })
  }`;
}

/** The public key: data rights on one task, whoever started it. */
export function publicToken(identity: Omit<TaskIdentity, "userId">): string {
  return `pk_${
    digest({
      project_id: identity.projectId,
      source: identity.source,
    })
  }`;
}

/** The short id that events and listings show: eight characters and source. */
export function displayId(token: string, source: string): string {
  return `${token.replace(/^(tk|pk)_/, "").slice(0, 8)}.${source}`;
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
