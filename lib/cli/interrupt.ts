import { process } from "./platform.ts";

/** Exit codes by signal: 128 plus the number of the signal. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Milliseconds for the clean-up after a signal. */
const GRACE_MS = 5_000;

/** Why a command was aborted: a signal, or a closed output. */
export class Interrupted extends Error {
  /** The class's name. */
  override readonly name: string = "Interrupted";
  /** The exit code of the process. */
  readonly exitCode: number;

  /** Make a reason. */
  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Listens for the signals that end a command. */
export class Interrupts implements Disposable {
  readonly #controller = new AbortController();
  #force: ReturnType<typeof setTimeout> | undefined;

  /** Begin to listen. */
  constructor() {
    for (const name of names()) process.on(name, this.#onSignal);
    process.stdout.on("error", this.#onBrokenPipe);
  }

  /** Aborts at the first signal; its reason is an {@linkcode Interrupted}. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Interrupt the command; for prompts, which read Ctrl+C themselves. */
  interrupt(): void {
    this.#onSignal("SIGINT");
  }

  /** Stop listening. */
  [Symbol.dispose](): void {
    for (const name of names()) process.off(name, this.#onSignal);
    process.stdout.off("error", this.#onBrokenPipe);
    clearTimeout(this.#force);
  }

  readonly #onSignal = (name: NodeJS.Signals): void => {
    const code = CODES[name as keyof typeof CODES] ?? 1;
    if (this.signal.aborted) process.exit(code);
    this.#abort(new Interrupted("Interrupted", code));
  };

  /** A reader such as `head` closes the output when it has enough: no failure. */
  readonly #onBrokenPipe = (): void => {
    if (this.signal.aborted) return;
    this.#abort(new Interrupted("The output was closed", 0));
  };

  #abort(reason: Interrupted): void {
    this.#force = setTimeout(() => process.exit(reason.exitCode), GRACE_MS);
    this.#force.unref();
    this.#controller.abort(reason);
  }
}

function names(): (keyof typeof CODES)[] {
  // Windows has no others.
  return process.platform === "win32"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
}
