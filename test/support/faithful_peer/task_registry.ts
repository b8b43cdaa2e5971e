import { isRecord } from "../../../schema/json.ts";
import type { Front } from "./front.ts";
import { type DataChannel, dataChannel } from "./data_channel.ts";

/** A task, as the front of the server knows it. */
export interface KnownTask {
  /** Its token. */
  readonly token: string;
  /** Its public key. */
  readonly publicToken: unknown;
  /** Its project. */
  readonly projectId: unknown;
  /** Its source component. */
  readonly source: unknown;
  /** The pipeline as it came. */
  pipeline: unknown;
  /** Whether it was restarted: what it exits with is then unknown. */
  restarted: boolean;
  /** The one connection that carries everybody's data to it. */
  readonly channel: DataChannel;
}

/** The tasks that were started through the front, oldest first. */
export interface TaskRegistry {
  /** A task was started or, where that is fine, joined. */
  started(body: unknown, pipeline: unknown, mayBeJoined: boolean): void;
  /** The task of a token. */
  get(token: string): KnownTask;
  /** The task of a public key. */
  ofPublicToken(key: string): KnownTask | undefined;
  /** The first one of a project and source, at work or not. */
  first(projectId: unknown, source: unknown): KnownTask | undefined;
  /** End the connections of all. */
  close(): void;
}

/** Make an empty registry. */
export function taskRegistry(front: () => Front): TaskRegistry {
  const tasks = new Map<string, KnownTask>();

  function add(token: string, about: Partial<KnownTask> = {}): KnownTask {
    const task: KnownTask = {
      token,
      publicToken: undefined,
      projectId: undefined,
      source: undefined,
      pipeline: undefined,
      restarted: false,
      channel: tasks.get(token)?.channel ?? dataChannel(front(), token),
      ...about,
    };
    tasks.set(token, task);
    return task;
  }

  return {
    started(body, pipeline, mayBeJoined): void {
      if (!isRecord(body) || typeof body.token !== "string") return;
      const { token, publicToken, projectId, source } = body;
      const isKnown = tasks.get(token)?.projectId !== undefined;
      if (mayBeJoined && isKnown) return;
      add(token, { publicToken, projectId, source, pipeline });
    },
    get: (token) => tasks.get(token) ?? add(token),
    ofPublicToken: (key) =>
      tasks.values().find(({ publicToken }) => publicToken === key),
    first: (projectId, source) =>
      tasks.values().find((it) =>
        it.projectId === projectId && it.source === source
      ),
    close(): void {
      for (const { channel } of tasks.values()) channel.close();
    },
  };
}
