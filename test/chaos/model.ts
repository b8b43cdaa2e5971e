import { concat } from "../../lib/bytes.ts";
import { type Delivered, digest } from "./model_ledger.ts";
import { faultIn, type SentObject } from "./model_object.ts";
import {
  describe,
  type Disturbance,
  type Group,
  isExplained,
  type ModelStream,
  type ModelTask,
  type Operation,
  type OperationKind,
  type Outcome,
  type Setup,
} from "./model_operation.ts";

/** Operations that send objects, for which the engine gives results. */
const SENDING: ReadonlySet<OperationKind> = new Set([
  "chat",
  "pipe-result",
  "send",
]);

/**
 * What a session must be like, whatever happens to it: which operations are
 * under way, what may make each fail, what was delivered, which files there
 * may be. It knows no clock, no socket and no engine.
 */
export class SessionModel {
  readonly setup: Setup;
  session: "none" | "open" | "lost" = "none";
  /** Whether connections can be made, and whether that shows. */
  line: "up" | "silent" | "down" = "up";
  /** Whether the session may have a lost connection without noticing. */
  isUnsure = false;
  /** How many pipes take data, as far as the client knows. */
  openPipes = 0;
  /** Whether the engine may wait for a client that is gone. */
  wasSilent = false;
  isHeld = false;
  readonly tasks: ModelTask[] = [];
  readonly running: Set<Operation> = new Set();
  readonly streams: ModelStream[] = [];
  readonly objects: Map<string, SentObject> = new Map();
  /** What each file may hold; `undefined` is no file. */
  readonly files: Map<string, Set<string | undefined>> = new Map();
  /** Files that an operation which failed may still change. */
  readonly #haunted: Set<string> = new Set();
  readonly faults: string[] = [];
  readonly counts: Map<string, number> = new Map();
  #ids = 0;

  constructor(setup: Setup) {
    this.setup = setup;
  }

  get isFaithful(): boolean {
    return this.setup.peer === "1.0" || this.setup.peer === "1.1";
  }

  /** Whether what begins now arrives, sooner or later. */
  get isReachable(): boolean {
    const waits = this.setup.persist && this.line === "down";
    return this.session === "open" && !this.isUnsure &&
      (this.line === "up" || waits);
  }

  /** Whether something under way can only end as time passes. */
  get needsTime(): boolean {
    // An engine keeps the pipes of a silent client for a minute.
    if (this.line === "silent" || this.wasSilent) return true;
    // A server never answers what was under way as a task ended.
    return this.isFaithful &&
      [...this.running].some(({ disturbed }) => disturbed.has("task"));
  }

  nextId(): number {
    return this.#ids++;
  }

  newGroup(name: string): Group {
    const reason = new Error(`Aborted: ${name}`);
    return { reason, disturbed: new Set() };
  }

  /** An operation begins. */
  begin(
    kind: OperationKind,
    given: Partial<Pick<Operation, "group" | "task" | "file" | "objects">> = {},
  ): Operation {
    const id = this.nextId();
    const group = given.group ?? this.newGroup(`${kind} ${id}`);
    const { task, file, objects = [] } = given;
    const operation: Operation = {
      id,
      kind,
      group,
      task,
      file,
      objects,
      disturbed: new Set(group.disturbed),
      window: new Set(file === undefined ? [] : this.mayHold(file)),
      outcome: undefined,
    };
    const { disturbed } = operation;
    if (this.session !== "open") disturbed.add("end");
    else if (!this.isReachable) disturbed.add("cut");
    if (task !== undefined && this.tasks[task]!.state !== "running") {
      disturbed.add("task");
    }
    if (file !== undefined) this.#meet(operation, file);
    this.running.add(operation);
    return operation;
  }

  /** Two that use a file at once may refuse each other. */
  #meet(operation: Operation, file: string): void {
    if (this.#haunted.has(file)) operation.disturbed.add("conflict");
    for (const other of this.running) {
      if (other.file !== file) continue;
      other.disturbed.add("conflict");
      operation.disturbed.add("conflict");
    }
  }

  mayHold(file: string): Set<string | undefined> {
    const found = this.files.get(file) ?? new Set([undefined]);
    this.files.set(file, found);
    return found;
  }

  /** A file may hold this from now on, since an operation changes it. */
  offer(file: string, text: string | undefined, by?: Operation): void {
    this.mayHold(file).add(text);
    for (const it of this.running) {
      if (it.file === file && it !== by) it.window.add(text);
    }
  }

  /** All files are gone. */
  emptyFiles(): void {
    for (const file of this.files.keys()) {
      const isBusy = [...this.running].some((it) => it.file === file);
      if (isBusy || this.#haunted.has(file)) this.offer(file, undefined);
      else this.files.set(file, new Set([undefined]));
    }
  }

  /** Something happens to operations under way. */
  disturb(
    by: Disturbance,
    whom: (operation: Operation) => boolean = () => true,
  ): void {
    for (const it of this.running) {
      if (!whom(it)) continue;
      it.disturbed.add(by);
      it.group.disturbed.add(by);
      if (by === "cut" || by === "end") this.#haunt(it);
    }
  }

  /**
   * On servers, pipes belong to no connection: what was under way on one that
   * is gone may still reach a pipe that has got the same number since.
   */
  #haunt({ task, kind, objects }: Operation): void {
    if (!this.isFaithful || task === undefined || kind === "stream") return;
    this.tasks[task]!.state = "ended";
    for (const name of objects) this.objects.get(name)!.mayBeMixed = true;
    for (const it of this.running) {
      if (it.task !== task) continue;
      it.disturbed.add("task");
      for (const name of it.objects) this.objects.get(name)!.mayBeMixed = true;
    }
  }

  /** A signal is about to be aborted. */
  abort(group: Group): void {
    group.disturbed.add("abort");
    this.disturb("abort", (it) => it.group === group);
  }

  /** A stream is cancelled: events that wait for its reader are dropped. */
  unwatch(operation: Operation): void {
    operation.disturbed.add("abort");
    this.streams.find((it) => it.operation === operation)?.due.clear();
  }

  /** Tasks that are to be ended over a line that is cut may go on. */
  strand(): void {
    for (const task of this.tasks) {
      if (task.token === undefined) task.mayRun = true;
    }
  }

  endTasks(): void {
    for (const task of this.tasks) task.state = "ended";
    this.disturb("task", ({ task }) => task !== undefined);
    this.disturb("task", ({ kind }) => kind === "use");
  }

  send(name: string, parts: Uint8Array[]): string {
    this.objects.set(name, {
      parts,
      state: "sending",
      error: undefined,
      mayBeCut: false,
      mayBeMixed: false,
    });
    return name;
  }

  fault(operation: Operation | undefined, words: string): void {
    const about = operation
      ? `${operation.kind} ${operation.id} [${[...operation.disturbed]}]: `
      : "";
    this.faults.push(about + words);
  }

  /** An operation has ended; whether it may end like this is looked at here. */
  settle(operation: Operation, outcome: Outcome): void {
    const { kind, disturbed } = operation;
    operation.outcome = outcome;
    this.running.delete(operation);
    const how = "error" in outcome ? "failed" : "done";
    const key = `${kind} ${how}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    if ("error" in outcome) {
      if (!isExplained(operation, outcome.error, this.setup)) {
        this.fault(operation, `failed with ${describe(outcome.error)}`);
      }
      for (const name of operation.objects) {
        const { state } = this.objects.get(name)!;
        if (state === "sending") this.lost(name, outcome.error, disturbed);
      }
    } else if (SENDING.has(kind)) {
      for (const name of operation.objects) {
        this.acknowledged(operation, name, outcome.value);
      }
    }
    if (operation.file !== undefined) this.#settleFile(operation, outcome);
  }

  /** An object was given up; part or all of it may have been delivered. */
  lost(
    name: string,
    error: unknown,
    disturbed: ReadonlySet<Disturbance>,
  ): void {
    const sent = this.objects.get(name)!;
    sent.state = "failed";
    sent.error = error;
    // Slots are freed by ending the object.
    sent.mayBeCut ||= ["abort", "end", "time"].some((it) =>
      disturbed.has(it as Disturbance)
    );
  }

  /** The engine says that it has all of an object. */
  acknowledged(operation: Operation, name: string, value: unknown): void {
    const sent = this.objects.get(name)!;
    sent.state = "acknowledged";
    const { seen } = value as { seen?: readonly string[] };
    const expected = digest(concat(sent.parts));
    const isWhole = seen?.length === 1 && seen[0] === expected;
    if (!isWhole && !sent.mayBeMixed) {
      this.fault(operation, `${name} came back as ${seen}, not ${expected}`);
    }
    // Servers of 1.0 do not pass on what nodes say.
    if (this.setup.peer === "1.0") return;
    for (const { operation: watching, task, due } of this.streams) {
      const isAfter = operation.id > watching.id;
      const isOver = watching.outcome || watching.disturbed.size > 0;
      if (isAfter && !isOver && task === operation.task) due.add(name);
    }
  }

  /** What came of one of the objects of an operation. */
  settleObject(
    operation: Operation,
    name: string,
    result: unknown,
    error: unknown,
  ): void {
    if (error === undefined) return this.acknowledged(operation, name, result);
    if (!isExplained(operation, error, this.setup)) {
      this.fault(operation, `${name} failed with ${describe(error)}`);
    }
    this.lost(name, error, operation.disturbed);
  }

  #settleFile(operation: Operation, outcome: Outcome): void {
    const { kind, file, window } = operation;
    const isFailed = "error" in outcome;
    const isAbsent = !isFailed && kind === "remove" && outcome.value !== true;
    if (isAbsent && !window.has(undefined)) {
      this.fault(operation, `found nothing, not ${[...window]}`);
    }
    if (kind === "read" && !isFailed) {
      const found = outcome.value as string | undefined;
      if (window.has(found)) return;
      return this.fault(operation, `found ${found}, not ${[...window]}`);
    }
    if (kind === "read") return;
    const isAlone = ![...this.running].some((it) =>
      it.file === file && it.kind !== "read"
    );
    const { disturbed } = operation;
    if (isFailed && [...disturbed].some((it) => it !== "conflict")) {
      this.#haunted.add(file!);
    }
    if (isFailed || !isAlone || disturbed.has("conflict")) return;
    if (this.#haunted.has(file!)) return;
    const text = kind === "remove" ? undefined : outcome.value as string;
    this.files.set(file!, new Set([text]));
  }

  /** Hold what was delivered against what was sent. */
  compare(delivered: readonly Delivered[]): void {
    for (const name of new Set(delivered.map(({ name }) => name))) {
      if (!this.objects.has(name)) this.fault(undefined, `who sent ${name}?`);
    }
    for (const [name, sent] of this.objects) {
      const found = delivered.filter((it) => it.name === name);
      const words = faultIn(sent, found);
      if (words) this.fault(undefined, `${name} (${sent.state}) ${words}`);
    }
    for (const { operation, received, due } of this.streams) {
      if (new Set(received).size !== received.length) {
        this.fault(operation, `received twice: ${received}`);
      }
      const isWhole = operation.outcome && "value" in operation.outcome;
      const lost = [...due].filter((it) => !received.includes(it));
      if (isWhole && lost.length > 0) {
        this.fault(operation, `did not receive ${lost}`);
      }
    }
  }
}
