import type { ErrorCode } from "../../../lib/errors.ts";
import type { Session } from "../../../lib/session/session.ts";
import type { Pipeline } from "../../../schema/pipeline.ts";
import type { Body, Handler } from "../scripted_line.ts";
import type { ScriptedServer } from "../scripted_server.ts";

/** Servers up to 1.3, in the shape of 1.1; and from 1.4 on, in that of 1.5. */
export type Generation = "old" | "new";

/** What a server answers: a body, or a handler, by command and subcommand. */
export type Answers = Readonly<Record<string, Body | Handler>>;

/** What a server answers to a function, and what becomes of that. */
export interface Outcome {
  readonly answers: Answers;
  /** What the function returns. */
  readonly gives?: unknown;
  /** The code of the failure that it rejects with instead. */
  readonly refuses?: ErrorCode;
}

/** A function, with a server of each generation. */
export interface Both extends Readonly<Record<Generation, Outcome>> {
  ask(session: Session, server: ScriptedServer): unknown;
}

/** A function whose answers are the same in both generations. */
export function same(
  ask: Both["ask"],
  answers: Answers,
  gives?: unknown,
): Both {
  return { ask, old: { answers, gives }, new: { answers, gives } };
}

/** A function that old servers have no command for. */
export function since(
  ask: Both["ask"],
  answers: Answers,
  gives?: unknown,
  refuses: ErrorCode = "unknown-command",
): Both {
  return { ask, old: { answers: {}, refuses }, new: { answers, gives } };
}

/** A function that new servers have no command for. */
export function until(
  ask: Both["ask"],
  answers: Answers,
  gives?: unknown,
  refuses: ErrorCode = "unknown-command",
): Both {
  return { ask, old: { answers, gives }, new: { answers: {}, refuses } };
}

/** A function whose answers differ. */
export function differs(ask: Both["ask"], old: Outcome, now: Outcome): Both {
  return { ask, old, new: now };
}

/** What is answered to a login. */
export const LOGIN: Readonly<Record<Generation, Body>> = {
  old: {
    userToken: "durable",
    userId: "u",
    displayName: "Ada",
    defaultTeam: "t",
    organizations: [{ id: "o", name: "Acme", permissions: [], teams: [] }],
    apps: [],
    capabilities: [],
  },
  new: {
    userToken: "",
    userId: "u",
    displayName: "Ada",
    devTeam: "t",
    organization: { id: "o", name: "Acme", permissions: [], teams: [] },
    sysPermissions: [],
    credits: { cpu: 1 },
    waitlisted: false,
    serverVersion: "1.5.0",
    apps: [],
    capabilities: [],
  },
};

/** What is started, published and kept. */
export const PIPELINE: Pipeline = {
  project_id: "p",
  source: "in",
  components: [{ id: "in", provider: "webhook", config: {} }],
};

/** A page of a list, with one row. */
export function page(row: object): Readonly<Record<string, unknown>> {
  return { rows: [row], total: 1, page: 1, pageSize: 50 };
}
