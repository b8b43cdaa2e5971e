import { RocketRideException } from "../../errors.ts";
import type { StoredReader, StoredWriter } from "./file_store.ts";
import { InTurn } from "./in_turn.ts";

/** How a file is opened. */
export type Mode = "r" | "w";

/** A file as a client has it open; what it asks for is done in turn. */
export class OpenFile {
  readonly #file: StoredReader | StoredWriter;
  readonly #letGo: () => void;
  readonly #turns: InTurn = new InTurn();
  #hasFailed = false;
  #closing: Promise<void> | undefined;

  /** `letGo` is called once, when the file was closed, well or not. */
  constructor(file: StoredReader | StoredWriter, letGo: () => void) {
    this.#file = file;
    this.#letGo = letGo;
  }

  /** Settles when it is closed; `undefined` before that was asked for. */
  get closing(): Promise<void> | undefined {
    return this.#closing;
  }

  /** How it was opened. */
  get mode(): Mode {
    return "read" in this.#file ? "r" : "w";
  }

  /** Read up to `length` bytes from `offset`; none at the end. */
  read(offset: number, length: number): Promise<Uint8Array> {
    const file = this.#file;
    if (!("read" in file)) throw wrongMode("reading");
    return this.#turns.run(() => file.read(offset, length));
  }

  /** Append bytes. Once that has failed, nothing is appended any more. */
  write(bytes: Uint8Array): Promise<void> {
    const file = this.#file;
    if (!("write" in file)) throw wrongMode("writing");
    return this.#turns.run(async () => {
      if (this.#hasFailed) throw earlierFailure();
      try {
        await file.write(bytes);
      } catch (error) {
        this.#hasFailed = true;
        throw error;
      }
    });
  }

  /**
   * Close the file when what was asked for before is done.
   *
   * @throws {RocketRideException} A write has failed; nothing was kept.
   */
  close(): Promise<void> {
    return this.#end(async () => {
      if (!this.#hasFailed) return await this.#file.close();
      await this.#discard();
      throw earlierFailure();
    });
  }

  /** Close the file without keeping what was written. */
  abort(): Promise<void> {
    return this.#end(() => this.#discard());
  }

  #end(work: () => Promise<void>): Promise<void> {
    this.#closing ??= this.#turns.run(work).finally(this.#letGo);
    return this.#closing;
  }

  async #discard(): Promise<void> {
    const file = this.#file;
    if ("abort" in file && file.abort) await file.abort();
    else await file.close();
  }
}

function earlierFailure(): RocketRideException {
  return new RocketRideException("An earlier write to the file failed");
}

function wrongMode(purpose: string): RocketRideException {
  return new RocketRideException(`File handle is not open for ${purpose}`);
}
