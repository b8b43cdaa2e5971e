import type { EventMessage } from "../../schema/envelope.ts";
import { isRecord } from "../../schema/json.ts";
import { checkOptions } from "../check.ts";
import type { StreamedEvent } from "./events.ts";
import type { LogGap } from "./read_log.ts";
import {
  attributesOf,
  hex,
  jsonOf,
  kindOf,
  nameOf,
  type SpanKind,
} from "./span_names.ts";

/** A value of an attribute, as OpenTelemetry has them. */
export type SpanValue = string | number | boolean;

/** Something that happened in a span. */
export interface SpanEvent {
  /** What happened. */
  readonly name: string;
  /** When, in Unix milliseconds. */
  readonly time: number;
  /** More about it. */
  readonly attributes: Readonly<Record<string, SpanValue>>;
}

/**
 * A span of OpenTelemetry, complete, as a plain record: what an exporter needs.
 */
export interface Span {
  /** 32 hexadecimal digits; equal for all that a run of a task does. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** The span that this one is a part of. */
  readonly parentSpanId?: string;
  /** What was done. */
  readonly name: string;
  /** Whether another service was asked. */
  readonly kind: SpanKind;
  /** When it began, in Unix milliseconds. */
  readonly startTime: number;
  /** When it ended, in Unix milliseconds. */
  readonly endTime: number;
  /** More about it, under the names that RocketRide's own bridge uses. */
  readonly attributes: Readonly<Record<string, SpanValue>>;
  /** What happened meanwhile. */
  readonly events: readonly SpanEvent[];
  /** Whether it failed. */
  readonly status: "unset" | "error";
}

/** Options of {@linkcode toSpans}. */
export interface SpanOptions {
  /**
   * Whether spans show what was processed: data, results, messages of errors,
   * 8,192 characters of each at most.
   *
   * @default {false}
   */
  readonly includeContent?: boolean | undefined;
  /**
   * Tells the time of events that bear none, in Unix milliseconds.
   *
   * @default {Date.now}
   */
  readonly now?: (() => number) | undefined;
}

/**
 * Make spans of OpenTelemetry of events: of runs of tasks, of objects in them,
 * and of components that process an object.
 *
 * Pipe events of the kinds `TASK`, `FLOW` and `SSE` through it, of a task, of
 * everything (`"*"`), or of a log. Flow events come of tasks that were started
 * with a trace level. A span comes when it is over; what is open at the end of
 * the stream comes last, with `rocketride.span.unclosed`. Names and attributes
 * are those of RocketRide's own bridge, with the conventions for models:
 * `chat`, `embeddings`, `invoke_agent`, `execute_tool`. Sending spans to
 * a collector is up to you.
 *
 * @param options See {@linkcode SpanOptions}.
 * @returns A transform stream from events to spans. At most 1,024 runs, with
 * 256 pipes each and 64 components in a pipe, are kept open.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, events, send, terminate, use } from "@rocketride/streams";
 * import { toSpans } from "@rocketride/streams/admin";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const pipeline = {
 *   source: "in",
 *   components: [
 *     { id: "in", provider: "webhook", config: {} },
 *     { id: "out", provider: "response_text", config: {},
 *       input: [{ lane: "text", from: "in" }] },
 *   ],
 * };
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * const task = await use(session, {
 *   pipeline,
 *   pipelineTraceLevel: "summary",
 * });
 * const stream = await events(session, task, { types: ["task", "flow"] });
 * await send(session, task, "Hello", { objinfo: { name: "greeting" } });
 * await terminate(session, task);
 * const names: string[] = [];
 * for await (const span of stream.pipeThrough(toSpans())) {
 *   names.push(span.name);
 *   if (span.name.startsWith("task ")) break;
 * }
 * assertEquals(names.includes("greeting"), true);
 * await close(session);
 * await engine.close();
 * ```
 */
export function toSpans(
  options: SpanOptions = {},
): TransformStream<StreamedEvent | LogGap | EventMessage, Span> {
  checkOptions(options, "toSpans({ includeContent })", {
    includeContent: "boolean",
    now: "function",
  });
  const { includeContent = false, now = Date.now } = options;
  const runs = new Runs(includeContent, now);
  return new TransformStream({
    transform(event, controller): void {
      if (event.type !== "event") return;
      for (const span of runs.take(event as EventMessage)) {
        controller.enqueue(span);
      }
    },
    flush(controller): void {
      for (const span of runs.end()) controller.enqueue(span);
    },
  });
}

/** A span that is not over. */
interface OpenSpan {
  readonly id: string;
  readonly parent: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  readonly start: number;
  readonly attributes: Record<string, SpanValue>;
  readonly events: SpanEvent[];
  readonly component?: string;
}

/** A run of a task: its span, and those of objects and components by pipe. */
interface Run {
  readonly traceId: string;
  readonly root: OpenSpan;
  readonly pipes: Map<unknown, OpenSpan[]>;
}

type Body = Readonly<Record<string, unknown>>;
const MAX_RUNS = 1_024;
const MAX_PIPES = 256;
const MAX_DEPTH = 64;
const MAX_EVENTS = 128;
const MAX_CONTENT = 8_192;
/** The greatest time that a `Date` has. */
const LAST_MOMENT = 8.64e15;
const UNCLOSED = "rocketride.span.unclosed";

class Runs {
  readonly #runs: Map<string, Run> = new Map();
  readonly #content: boolean;
  readonly #now: () => number;

  constructor(content: boolean, now: () => number) {
    this.#content = content;
    this.#now = now;
  }

  /** Take an event; returns the spans that are over by it. */
  take({ event, body }: EventMessage): Span[] {
    const { eventTime } = body;
    const told = typeof eventTime === "number" ? eventTime * 1_000 : NaN;
    const time = Math.abs(told) <= LAST_MOMENT ? told : this.#now();
    if (event === "apaevt_task") return this.#task(body, time);
    if (event === "apaevt_flow") return this.#flow(body, time);
    if (event === "apaevt_sse") this.#message(body, time);
    return [];
  }

  /** No more events come. */
  end(): Span[] {
    const time = this.#now();
    return [...this.#runs.keys()].flatMap((key) =>
      this.#close(key, time, { [UNCLOSED]: true })
    );
  }

  #task(body: Body, time: number): Span[] {
    const { action, tasks } = body;
    if (action === "running") {
      const rows = (Array.isArray(tasks) ? tasks : []).filter(isRecord);
      const keys = new Set(rows.map((row) => keyOf(row)));
      const gone = [...this.#runs.keys()].filter((key) => !keys.has(key));
      const spans = gone.flatMap((key) => this.#close(key, time));
      return [...spans, ...rows.flatMap((row) => this.#open(row, time).spans)];
    }
    if (action === "end") return this.#close(keyOf(body), time);
    const { run, spans } = this.#open(body, time);
    if (action === "restart") {
      run.root.attributes["rocketride.task.restarted"] = true;
    }
    return spans;
  }

  #flow(body: Body, time: number): Span[] {
    const { id, op, pipes } = body;
    const names = Array.isArray(pipes) ? pipes.map(text) : [];
    const trace = isRecord(body.trace) ? body.trace : {};
    const { run, spans } = this.#open(body, time, true);
    const over = (span: OpenSpan, more?: Body): void => {
      spans.push(this.#over(run, span, time, more));
    };
    let stack = run.pipes.get(id);
    if (op === "begin" || !stack) {
      for (const span of stack?.reverse() ?? []) {
        over(span, { [UNCLOSED]: true });
      }
      run.pipes.delete(id);
      if (run.pipes.size >= MAX_PIPES) {
        const [oldest, left] = run.pipes.entries().next().value!;
        for (const span of left.reverse()) over(span, { [UNCLOSED]: true });
        run.pipes.delete(oldest);
      }
      const object = text(op === "begin" ? body.component : "") ||
        (op === "begin" ? names[0] : "") || "object";
      const implicit = op === "begin"
        ? {}
        : { "rocketride.span.implicit": true };
      stack = [spanOf(run.root, object, time, {
        "rocketride.pipe_id": typeof id === "number" ? id : -1,
        "rocketride.object": object,
        ...implicit,
      })];
      run.pipes.set(id, stack);
    }
    if (op === "end") {
      const [object, ...open] = stack;
      for (const span of open.reverse()) over(span, { [UNCLOSED]: true });
      over(object!, this.#shown("rocketride.result", trace));
      run.pipes.delete(id);
    } else if (op === "enter" && stack.length <= MAX_DEPTH) {
      const component = text(body.component) || (names.at(-1) ?? "");
      stack.push({
        ...spanOf(stack.at(-1)!, nameOf(component), time, {
          ...attributesOf(component),
          "rocketride.lane": text(trace.lane),
          ...this.#shown("rocketride.trace.data", trace.data),
        }),
        kind: kindOf(component),
        component,
      });
    } else if (op === "leave") {
      const component = text(body.component);
      // Older servers do not say which; it is the innermost one.
      const at = component
        ? stack.findLastIndex((it) => it.component === component)
        : stack.length - 1;
      if (at > 0) over(stack.splice(at, 1)[0]!, this.#left(trace, time));
      else {
        const { attributes } = stack[0]!;
        const name = "rocketride.flow.unmatched_leaves";
        attributes[name] = Number(attributes[name] ?? 0) + 1;
      }
    }
    return spans;
  }

  /** What is known of a component's work once it is over. */
  #left(trace: Body, time: number): Body {
    const { result, error } = trace;
    const failed = result === "error" || (error ?? "") !== "";
    const attributes = { "rocketride.flow.result": text(result) };
    if (!failed) return attributes;
    const message = this.#shown("exception.message", error);
    const event: SpanEvent = { name: "exception", time, attributes: message };
    return { ...attributes, "error.type": "_OTHER", [FAILED]: event };
  }

  #message(body: Body, time: number): void {
    const { pipe_id: id, type, data } = body;
    const run = this.#runs.get(keyOf(body));
    const span = run?.pipes.get(id)?.at(-1) ?? run?.root;
    if (!span || span.events.length >= MAX_EVENTS) return;
    const attributes = {
      "rocketride.sse.type": text(type),
      ...this.#shown("rocketride.sse.data", data),
    };
    span.events.push({ name: text(type), time, attributes });
  }

  /** The run of an event; a new one where it is not known. */
  #open(
    body: Body,
    time: number,
    implicit = false,
  ): { readonly run: Run; readonly spans: Span[] } {
    const key = keyOf(body);
    const known = this.#runs.get(key);
    if (known) return { run: known, spans: [] };
    const spans = this.#runs.size < MAX_RUNS ? [] : this.#close(
      this.#runs.keys().next().value!,
      time,
      { [UNCLOSED]: true },
    );
    const name = text(body.name) || key;
    const root = spanOf(undefined, `task ${name}`, time, {
      "rocketride.project_id": text(body.projectId ?? body.project_id),
      "rocketride.source": text(body.source),
      "rocketride.run_id": key,
      "rocketride.task.name": name,
      ...(implicit && { "rocketride.span.implicit": true }),
    });
    const run: Run = { traceId: hex(16), root, pipes: new Map() };
    this.#runs.set(key, run);
    return { run, spans };
  }

  #close(key: string, time: number, more: Body = {}): Span[] {
    const run = this.#runs.get(key);
    if (!run) return [];
    this.#runs.delete(key);
    const left = [...run.pipes.values()].flatMap((stack) => stack.reverse());
    return [
      ...left.map((it) => this.#over(run, it, time, { [UNCLOSED]: true })),
      this.#over(run, run.root, time, more),
    ];
  }

  #over(run: Run, span: OpenSpan, time: number, more: Body = {}): Span {
    const { [FAILED]: failure, ...attributes } = more as
      & Record<string, SpanValue>
      & { readonly [FAILED]?: SpanEvent };
    const { id, parent, name, kind, start, events } = span;
    return {
      traceId: run.traceId,
      spanId: id,
      ...(parent !== undefined && { parentSpanId: parent }),
      name,
      kind,
      startTime: start,
      endTime: Math.max(start, time),
      attributes: { ...span.attributes, ...attributes },
      events: failure ? [...events, failure] : events,
      status: failure ? "error" : "unset",
    };
  }

  /** Content, where it may be shown. */
  #shown(name: string, value: unknown): Record<string, string> {
    if (!this.#content || value === undefined || value === null) return {};
    const shown = typeof value === "string" ? value : jsonOf(value);
    return { [name]: shown.slice(0, MAX_CONTENT) };
  }
}

/** Where the exception of a failed span is handed over. */
const FAILED = Symbol("failed");

function spanOf(
  parent: OpenSpan | undefined,
  name: string,
  start: number,
  attributes: Record<string, SpanValue>,
): OpenSpan {
  const known = Object.entries(attributes).filter(([, value]) => value !== "");
  return {
    id: hex(8),
    parent: parent?.id,
    name,
    kind: "internal",
    start,
    attributes: Object.fromEntries(known),
    events: [],
  };
}

/** What a run is known by: its display id, else project and source. */
function keyOf(body: Body): string {
  const { __id, id, projectId, project_id, source } = body;
  const named = [__id, typeof id === "string" ? id : ""]
    .find((it) => typeof it === "string" && it !== "");
  return text(named) || `${text(projectId ?? project_id)}.${text(source)}`;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
