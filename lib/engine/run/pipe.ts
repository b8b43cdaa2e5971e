import { isRecord, type JsonObject } from "../../../schema/json.ts";
import type { PipelineResult } from "../../../schema/result.ts";
import { type Deferred, deferred, ignore, onAbort } from "../../async.ts";
import { PipeException } from "../../errors.ts";
import { ownLane } from "../../protocol/media_type.ts";
import type { Lane, LanePayloads } from "../node.ts";
import { Delivery, type ObjectContext } from "./delivery.ts";
import { failureText } from "./failure.ts";
import { readDocs, readQuestion } from "./read_payload.ts";

/** Characters of a name or media type that a warning shows. */
const MOST_SHOWN = 100;

/**
 * One object's way into a pipeline: open, writes, close, strictly in the order
 * of the requests. Those who wait are released when the pipe's signal aborts,
 * even if a node does not notice.
 */
export class Pipe {
  readonly #options: ObjectContext;
  readonly #delivery: Delivery;
  #writer: LaneWriter | undefined;
  #phase: "opening" | "open" | "closing" = "opening";
  #tail: Promise<void> = Promise.resolve();
  readonly #pending: Set<Deferred<never>> = new Set();
  /** The lane that the object takes, if no component is connected to it. */
  #unheard: string | undefined;
  #touched: number;
  #bytes = 0;

  constructor(options: ObjectContext) {
    this.#options = options;
    this.#delivery = new Delivery(options);
    this.#touched = options.clock.now();
    onAbort(options.signal, (reason) => {
      for (const { reject } of this.#pending) reject(reason);
    });
  }

  get id(): number {
    return this.#options.pipeId;
  }

  /** Whether the pipe takes writes and can be closed. */
  get isOpen(): boolean {
    return this.#phase === "open" && !this.#options.signal.aborted;
  }

  /** The object's size for the statistics: declared, else written. */
  get size(): number {
    return this.#options.object.size ?? this.#bytes;
  }

  get failed(): boolean {
    return this.#delivery.failure !== undefined;
  }

  /** The components at work, innermost last. */
  get path(): readonly string[] {
    return this.#delivery.path;
  }

  /** Since when there was no request; `undefined` while one is worked on. */
  get idleSince(): number | undefined {
    return this.#pending.size > 0 ? undefined : this.#touched;
  }

  open(): Promise<void> {
    return this.#step(async () => {
      const { object, pipeId, record, plan } = this.#options;
      const listens = (lane: string): boolean =>
        plan.nodes.get(plan.source)?.targets.has(lane) ?? false;
      const route = routeFor(object.mimeType, listens);
      const lane = route === "raw" || route === "tag" ? "tags" : route;
      if (!listens(lane)) this.#unheard = lane;
      const writer = laneWriter(
        route,
        object.mimeType,
        (lane, payload) => this.#delivery.feed(lane, payload),
      );
      if (record.isTraced) {
        record.flow(pipeId, [object.name], { op: "begin", object });
      }
      await this.#attempt(async () => {
        await this.#delivery.open();
        await writer.begin?.();
      });
      this.#writer = writer;
      this.#phase = "open";
    });
  }

  /**
   * Hand bytes to the pipeline; resolves when they were consumed.
   *
   * @throws {PipeException} The pipe is not open, has failed, or fails now.
   */
  async write(data: Uint8Array | string): Promise<void> {
    if (!this.isOpen) {
      throw new PipeException(`Write pipe with id ${this.id} is not open`);
    }
    this.#count(data.length);
    await this.#step(async () => {
      if (this.failed) {
        throw new PipeException(`Write pipe with id ${this.id} has failed`);
      }
      await this.#attempt(async () => await this.#writer?.write(data));
    });
  }

  /**
   * End the object; resolves with its result. A failure of the object is part of
   * the result and does not reject.
   */
  close(): Promise<PipelineResult> {
    this.#phase = "closing";
    return this.#step(async () => {
      const { object, pipeId, record } = this.#options;
      if (!this.failed) {
        // Why it failed is part of the result.
        await this.#attempt(async () => await this.#writer?.end?.())
          .catch(ignore);
      }
      const body = await this.#delivery.close();
      if (this.#unheard !== undefined && !this.failed) {
        record.warn(this.#reachesNothing(this.#unheard));
      }
      if (record.isTraced) {
        record.flow(pipeId, [object.name], { op: "end", body });
      }
      return body;
    });
  }

  /** Use a tool of a node; the object does not fail by it. */
  tool(
    name: string,
    input: Readonly<Record<string, unknown>>,
    nodeId: string,
  ): Promise<unknown> {
    return this.#step(async () => {
      if (this.failed) throw new PipeException(`Pipe ${this.id} has failed`);
      return await this.#delivery.tool(name, input, nodeId);
    });
  }

  /** Resolves when no node works for this pipe any more. */
  get settled(): Promise<void> {
    return this.#tail;
  }

  /** Do one thing after everything asked before it. */
  #step<T>(work: () => Promise<T>): Promise<T> {
    const answer = deferred<T>();
    this.#tail = this.#after(this.#tail, work, answer);
    return answer.promise;
  }

  async #after<T>(
    before: Promise<void>,
    work: () => Promise<T>,
    answer: Deferred<T>,
  ): Promise<void> {
    const { clock, signal } = this.#options;
    const pending = answer as Deferred<never>;
    this.#pending.add(pending);
    await before;
    try {
      signal.throwIfAborted();
      answer.resolve(await work());
    } catch (error) {
      answer.reject(error);
    } finally {
      this.#pending.delete(pending);
      this.#touched = clock.now();
    }
  }

  /** Do something that fails the object if it throws. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const known = this.failed;
      const failure = this.#delivery.fail(error);
      // Faults of the input are ours to word; those of a node are wrapped.
      if (!known && error instanceof PipeException) throw error;
      throw new PipeException(failureText(failure));
    }
    const { failure } = this.#delivery;
    if (failure) throw new PipeException(failureText(failure));
  }

  /** Counted on arrival, so that what waits is bounded, too. */
  #count(bytes: number): void {
    const { maxObjectBytes } = this.#options;
    this.#bytes += bytes;
    if (this.#bytes <= maxObjectBytes) return;
    const error = new PipeException(
      `Object is larger than ${maxObjectBytes} bytes`,
    );
    this.#delivery.fail(error);
    throw error;
  }

  #reachesNothing(lane: string): string {
    const { object: { name, mimeType }, plan: { source } } = this.#options;
    return `Object ${shortened(name)} of media type ${shortened(mimeType)} ` +
      `reached no component: none is connected to lane ${lane} of ${source}`;
  }
}

/** What a client chose, short enough for a list of warnings. */
function shortened(text: string): string {
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)}…`;
}

/**
 * Choose what an object's bytes become. The comparison is case-sensitive and
 * includes parameters, as on a server.
 *
 * @param listens Whether a component is connected to a lane of the source.
 * @returns The name of a lane; `raw` for framed bytes, `tag` for ready-made
 * frames. After `lane/` anything may follow; writes to a lane that does not
 * exist fail.
 */
export function routeFor(
  mimeType: string,
  listens: (lane: string) => boolean,
): string {
  if (mimeType.startsWith("lane/")) return mimeType.slice("lane/".length);
  if (mimeType === "application/rocketlib-tag") return "tag";
  const lane = ownLane(mimeType);
  return lane !== undefined && listens(lane) ? lane : "raw";
}

/** Hands a payload to those who listen to the source. */
type Feed = <L extends Lane>(
  lane: L,
  payload: LanePayloads[L],
) => Promise<void>;

/** Turns the writes of one object into payloads of a lane. */
interface LaneWriter {
  begin?(): Promise<void>;
  /** Some of its bytes arrived; text is taken as its UTF-8. */
  write(data: Uint8Array | string): Promise<void>;
  end?(): Promise<void>;
}

/**
 * Make the writer for a route.
 *
 * @throws {PipeException} The route is one that this engine cannot serve.
 */
export function laneWriter(
  route: string,
  mimeType: string,
  feed: Feed,
): LaneWriter {
  switch (route) {
    case "text":
      return textWriter(feed);
    case "raw":
      return {
        begin: () => feed("tags", { kind: "begin" }),
        write: (data) => feed("tags", { kind: "data", bytes: toBytes(data) }),
        end: () => feed("tags", { kind: "end" }),
      };
    case "image":
    case "audio":
    case "video":
      return {
        begin: () => feed(route, { action: "begin", mimeType }),
        write: (data) =>
          feed(route, { action: "write", mimeType, bytes: toBytes(data) }),
        end: () => feed(route, { action: "end", mimeType }),
      };
    case "questions":
      return recordWriter(route, (value) => feed(route, readQuestion(value)));
    case "documents":
      return recordWriter(route, (value) => feed(route, readDocs(value)));
    case "answers":
      return recordWriter(route, (value) => {
        const { answer = null, expectJson } = readRecord(route, value);
        return feed(route, { answer, expectJson: expectJson === true });
      });
    case "classifications":
      return recordWriter(
        route,
        (value) => feed(route, readRecord(route, value) as JsonObject),
      );
    case "tag":
      throw new PipeException(
        "Ready-made tag frames are not available in the embedded engine",
        { hint: "Send the bytes as application/octet-stream" },
      );
    default:
      // A server lets such a pipe open, too, and fails its writes.
      return {
        write: () => Promise.reject(new PipeException(`Invalid lane ${route}`)),
      };
  }
}

/** Each write is one whole JSON document. */
function recordWriter(
  lane: string,
  take: (value: unknown) => Promise<void>,
): LaneWriter {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return {
    async write(data): Promise<void> {
      let value: unknown;
      try {
        const isText = typeof data === "string";
        value = JSON.parse(isText ? data : decoder.decode(data));
      } catch {
        // The platform's message would quote the payload.
        throw new PipeException(
          `Write on lane ${lane} is not one JSON document`,
        );
      }
      await take(value);
    },
  };
}

function readRecord(lane: string, value: unknown): Record<string, unknown> {
  if (isRecord(value)) return value;
  throw new PipeException(`Write on lane ${lane} must be a JSON object`);
}

function toBytes(data: Uint8Array | string): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}

/**
 * Turn bytes into text, one piece a write. A character may be split over two
 * writes, so one decoder serves the whole object; the real engine decodes each
 * write on its own and fails there.
 */
function textWriter(feed: Feed): LaneWriter {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  function decode(
    data: Uint8Array | string | undefined,
    fault: string,
  ): string {
    try {
      return typeof data === "object"
        ? decoder.decode(data, { stream: true })
        // Throws if a character has begun and not ended.
        : decoder.decode() + (data ?? "");
    } catch {
      throw new PipeException(fault);
    }
  }

  return {
    async write(data): Promise<void> {
      const text = decode(data, "Text is not valid UTF-8");
      // An empty write is an empty text; a write that only begins a character
      // is nothing yet.
      if (text !== "" || data.length === 0) await feed("text", text);
    },
    async end(): Promise<void> {
      await decode(undefined, "Text ends in the middle of a character");
    },
  };
}
