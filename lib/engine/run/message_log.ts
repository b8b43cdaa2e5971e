const KEPT = 50;

/** The newest errors or warnings of a task; at most fifty. */
export class MessageLog {
  readonly #kind: string;
  #messages: string[] = [];

  /** Make an empty log of entries that begin with `kind`. */
  constructor(kind: string) {
    this.#kind = kind;
  }

  /** Add an entry in the shape `Code*message*file:line`, newest last. */
  add(message: string, file = "", line = 0): void {
    const entry = `${this.#kind}*${message}*${file}:${line}`;
    this.#messages = [...this.#messages.slice(1 - KEPT), entry];
  }

  /** Everything kept, oldest first. */
  list(): readonly string[] {
    return this.#messages;
  }
}
