/**
 * The variables that an engine puts into pipelines. They may be replaced
 * while it runs; tasks that run keep what they were started with.
 */
export class Environment {
  #values: Readonly<Record<string, string>>;

  /** Begin with the engine's option `env`. */
  constructor(values: Readonly<Record<string, string>>) {
    this.#values = { ...values };
  }

  /** The variables as they are now. */
  get values(): Readonly<Record<string, string>> {
    return this.#values;
  }

  /** Put other variables in the place of all of them. */
  replace(values: Readonly<Record<string, string>>): void {
    this.#values = { ...values };
  }
}
