import { parse } from "yaml";

/** A workflow, as far as the rules look at it. */
interface Workflow {
  readonly on?: unknown;
  readonly permissions?: Permissions;
  readonly jobs?: Readonly<Record<string, Job>>;
}

type Permissions = string | Readonly<Record<string, string>>;

interface Job {
  readonly permissions?: Permissions;
  readonly "timeout-minutes"?: number;
  readonly steps?: readonly Step[];
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

/** Triggers that run code of strangers with rights of the repository. */
const DANGEROUS = /pull_request_target|workflow_run|issue_comment/;

/** What a job may have; to write anything else it would need a reason here. */
const PERMISSIONS: readonly string[] = ["contents: read", "id-token: write"];

/**
 * Look at a workflow for what makes it unsafe.
 *
 * @returns A sentence for each fault.
 */
export function workflowFaults(text: string): readonly string[] {
  const { on, permissions, jobs = {} }: Workflow = parse(text);
  const faults = new Set<string>();
  if (DANGEROUS.test(JSON.stringify(on))) {
    faults.add("it runs for strangers with rights of the repository");
  }
  if (permissions === undefined) faults.add("it limits no permissions");
  for (const granted of permissionsOf(permissions ?? {})) {
    if (granted !== "contents: read") {
      faults.add(`${granted} is for all of its jobs`);
    }
  }
  if (/\bsecrets\b/.test(text)) faults.add("it uses a secret");
  for (const [name, job] of Object.entries(jobs)) {
    for (const fault of jobFaults(job)) faults.add(`${name}: ${fault}`);
  }
  for (const [line] of text.matchAll(/\buses:.*/g)) {
    if (!/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)) {
      faults.add(`${line}: has no commit with its version as a comment`);
    }
  }
  return [...faults];
}

function* jobFaults(job: Job): Generator<string> {
  if (job["timeout-minutes"] === undefined) yield "has no timeout";
  const granted = permissionsOf(job.permissions ?? {});
  yield* granted.filter((it) => !PERMISSIONS.includes(it))
    .map((it) => `may ${it}`);
  const steps = job.steps ?? [];
  for (const { uses = "", run = "", with: options } of steps) {
    if (run.includes("${{")) yield `an expression is part of "${run}"`;
    const keeps = options?.["persist-credentials"] !== false;
    if (uses.startsWith("actions/checkout@") && keeps) {
      yield "the checkout keeps its credential";
    }
    if (granted.includes("id-token: write") && !mayPublish(run)) {
      yield `"${run}" runs code of others in a job that may publish`;
    }
  }
}

/** Whether a command runs nothing but the publisher and programs of ours. */
function mayPublish(run: string): boolean {
  return run === "" || run === "deno task originals" ||
    /^deno install --frozen=false$|^(npm|deno) publish\b[^;&|]*$/.test(run);
}

function permissionsOf(permissions: Permissions): readonly string[] {
  if (typeof permissions === "string") return [permissions];
  return Object.entries(permissions).map(([name, level]) =>
    `${name}: ${level}`
  );
}

/** The commands of a workflow in order, by the names of its jobs. */
export function commandsOf(
  text: string,
): ReadonlyMap<string, readonly string[]> {
  const { jobs = {} }: Workflow = parse(text);
  return new Map(
    Object.entries(jobs).map(([name, { steps = [] }]) => [
      name,
      steps.flatMap(({ run }) => run ?? []),
    ]),
  );
}
