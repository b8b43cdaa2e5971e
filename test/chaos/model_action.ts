import type { SessionModel } from "./model.ts";
import type { World } from "./model_world.ts";

/** One thing that happens; numbers choose what to. */
export interface Action {
  readonly weight: number;
  check(model: Readonly<SessionModel>, numbers: readonly number[]): boolean;
  run(
    model: SessionModel,
    world: World,
    numbers: readonly number[],
  ): Promise<void> | void;
}

/** The most operations that are under way at once. */
export const MOST_RUNNING = 40;

/** An item of a list; `undefined` if the list is empty. */
export function pick<T>(list: readonly T[], number = 0): T | undefined {
  return list[number % Math.max(1, list.length)];
}

/** The number for which ended sessions and tasks are used, too. */
const RARE = 11;

/** The tasks to choose from: those that run, unless a rare number is given. */
export function known(model: Readonly<SessionModel>, number = 0): number[] {
  const all = [...model.tasks.keys()].filter((it) => model.tasks[it]!.token);
  if (number === RARE) return all;
  return all.filter((it) => model.tasks[it]!.state === "running");
}

/** Whether there is a session, and room for one thing more. */
export function canBegin(
  { session, running }: Readonly<SessionModel>,
  [number]: readonly number[],
): boolean {
  const hasSession = session === "open" ||
    session === "lost" && number === RARE;
  return hasSession && running.size < MOST_RUNNING;
}

/** Whether there is a session, and a task to send to. */
export function canSend(
  model: Readonly<SessionModel>,
  numbers: readonly number[],
): boolean {
  return canBegin(model, numbers) && known(model, numbers[0]).length > 0;
}

/** The task of a number. */
export function taskOf(
  model: SessionModel,
  number = 0,
): { task: number; token: string } {
  const task = pick(known(model, number), number)!;
  return { task, token: model.tasks[task]!.token! };
}
