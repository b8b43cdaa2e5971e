import fc from "fast-check";
import type { SessionModel } from "./model.ts";
import { LINE_ACTIONS } from "./model_line_actions.ts";
import { STORE_ACTIONS } from "./model_store_actions.ts";
import { TASK_ACTIONS } from "./model_task_actions.ts";
import type { World } from "./model_world.ts";

const ACTIONS = { ...LINE_ACTIONS, ...TASK_ACTIONS, ...STORE_ACTIONS };

class Step implements fc.AsyncCommand<SessionModel, World> {
  readonly #name: string;
  readonly #numbers: readonly number[];
  readonly #ran: Record<string, number>;

  constructor(
    name: string,
    numbers: readonly number[],
    ran: Record<string, number>,
  ) {
    this.#name = name;
    this.#numbers = numbers;
    this.#ran = ran;
  }

  check(model: Readonly<SessionModel>): boolean {
    return ACTIONS[this.#name]!.check(model, this.#numbers);
  }

  async run(model: SessionModel, world: World): Promise<void> {
    // Something may have come to its end since that was looked at.
    if (!this.check(model)) return;
    this.#ran[this.#name] = (this.#ran[this.#name] ?? 0) + 1;
    await ACTIONS[this.#name]!.run(model, world, this.#numbers);
    if (model.faults.length > 0) throw new Error(model.faults.join("\n"));
  }

  toString(): string {
    return `${this.#name}(${this.#numbers})`;
  }
}

/**
 * Any sequence of commands.
 *
 * @param ran How often each command ran, by its name; counted here.
 * @param replayPath Which commands of a sequence that failed ran.
 */
export function sequences(
  ran: Record<string, number>,
  replayPath?: string,
): fc.Arbitrary<Iterable<fc.AsyncCommand<SessionModel, World>>> {
  const numbers = fc.tuple(fc.nat(11), fc.nat(11), fc.nat(11));
  const each = Object.entries(ACTIONS).flatMap(([name, { weight }]) =>
    Array.from(
      { length: weight },
      () => numbers.map((it) => new Step(name, it, ran)),
    )
  );
  return fc.commands(each, {
    maxCommands: 60,
    size: "max",
    ...(replayPath !== undefined && { replayPath }),
  });
}
