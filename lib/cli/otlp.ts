import type { TaskStatus } from "../../mod.ts";
import type { Span, SpanValue } from "../../lib/admin/mod.ts";
import { VERSION } from "../version.ts";

/** Where a signal is sent to. */
export interface OtlpTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Options of the exporter. */
export interface OtlpOptions {
  /** Where spans are sent to. */
  readonly traces: OtlpTarget;
  /** Where metrics are sent to; `undefined` to send none. */
  readonly metrics: OtlpTarget | undefined;
  /** The attribute `service.name`. */
  readonly service: string;
  /** Called with the reason when something cannot be sent. */
  readonly onFailure: (message: string) => void;
}

/** The most spans that wait; then the oldest are dropped. */
const MAX_WAITING = 8_192;
/** Spans in one request. */
const MAX_BATCH = 512;
/** Milliseconds between two requests. */
const INTERVAL_MS = 1_000;
/** Milliseconds that a request may take. */
const TIMEOUT_MS = 10_000;
/** How often a request is tried. */
const ATTEMPTS = 3;

const SCOPE = { name: "rocketride.otelbridge", version: VERSION };

/**
 * Sends spans and metrics to an OpenTelemetry collector, over HTTP as JSON. They
 * are collected for a second, sent again if the collector says so, and dropped if
 * it is too slow.
 */
export class OtlpExporter implements AsyncDisposable {
  readonly #options: OtlpOptions;
  readonly #spans: Span[] = [];
  readonly #statuses: Map<string, TaskStatus> = new Map();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #startedAt = Date.now();
  #sending: Promise<void> = Promise.resolve();
  #isBusy = false;
  #sent = 0;
  #dropped = 0;

  /** Begin to export. */
  constructor(options: OtlpOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#flush(), INTERVAL_MS);
  }

  /** Spans that the collector has accepted. */
  get sent(): number {
    return this.#sent;
  }

  /** Spans that were dropped. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Queue a span. */
  span(span: Span): void {
    this.#spans.push(span);
    if (this.#spans.length > MAX_WAITING) {
      this.#spans.shift();
      this.#dropped++;
    }
    if (this.#spans.length >= MAX_BATCH) this.#flush();
  }

  /** Queue the status of a task; the newest of each task is sent. */
  status(status: TaskStatus): void {
    if (this.#options.metrics === undefined) return;
    this.#statuses.set(`${status.project_id}.${status.source}`, status);
  }

  /** Send the rest, and stop. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
    await this.#sendAll();
  }

  /** Begin to send, unless it is sending. */
  #flush(): void {
    if (this.#isBusy || this.#spans.length + this.#statuses.size === 0) return;
    this.#isBusy = true;
    this.#sending = this.#sendAll().finally(() => {
      this.#isBusy = false;
    });
  }

  async #sendAll(): Promise<void> {
    const { traces, metrics } = this.#options;
    while (this.#spans.length > 0) {
      const batch = this.#spans.splice(0, MAX_BATCH);
      if (await this.#post(traces, this.#tracesBody(batch))) {
        this.#sent += batch.length;
      } else this.#dropped += batch.length;
    }
    if (metrics === undefined || this.#statuses.size === 0) return;
    const statuses = [...this.#statuses.values()];
    this.#statuses.clear();
    await this.#post(metrics, this.#metricsBody(statuses));
  }

  async #post({ url, headers }: OtlpTarget, body: object): Promise<boolean> {
    const { onFailure } = this.#options;
    for (let attempt = 1;; attempt++) {
      let problem: string;
      try {
        const response = await fetch(url, {
          method: "POST",
          headers: { ...headers, "content-type": "application/json" },
          body: JSON.stringify(body),
          // Headers with credentials are for this collector only.
          redirect: "manual",
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        await response.body?.cancel();
        if (response.ok) return true;
        problem = `the collector answered with status ${response.status}`;
        if (!LATER.has(response.status)) attempt = ATTEMPTS;
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      }
      if (attempt >= ATTEMPTS) {
        onFailure(`Cannot export to ${new URL(url).host}: ${problem}`);
        return false;
      }
      await new Promise((resolve) => setTimeout(resolve, 500 * attempt));
    }
  }

  #resource(): object {
    return {
      attributes: attributes({ "service.name": this.#options.service }),
    };
  }

  #tracesBody(spans: readonly Span[]): object {
    return {
      resourceSpans: [{
        resource: this.#resource(),
        scopeSpans: [{ scope: SCOPE, spans: spans.map(spanRecord) }],
      }],
    };
  }

  #metricsBody(statuses: readonly TaskStatus[]): object {
    const time = nanoseconds(Date.now());
    const start = nanoseconds(this.#startedAt);
    const metrics = METRICS.map(({ name, isCounter, read }) => {
      const dataPoints = statuses.map((status) => ({
        attributes: attributes({
          "rocketride.project_id": status.project_id,
          "rocketride.source": status.source,
        }),
        startTimeUnixNano: start,
        timeUnixNano: time,
        asDouble: read(status),
      }));
      return isCounter
        ? {
          name,
          sum: { dataPoints, aggregationTemporality: 2, isMonotonic: false },
        }
        : { name, gauge: { dataPoints } };
    });
    return {
      resourceMetrics: [{
        resource: this.#resource(),
        scopeMetrics: [{ scope: SCOPE, metrics }],
      }],
    };
  }
}

/** Statuses with which a collector asks to try again. */
const LATER: ReadonlySet<number> = new Set([429, 502, 503, 504]);

interface Metric {
  readonly name: string;
  readonly isCounter: boolean;
  readonly read: (status: TaskStatus) => number;
}

function counter(name: string, read: Metric["read"]): Metric {
  return { name: `rocketride.objects.${name}`, isCounter: true, read };
}

function gauge(name: string, read: Metric["read"]): Metric {
  return { name: `rocketride.${name}`, isCounter: false, read };
}

/** The metrics of a task; engines give rates times 100. */
const METRICS: readonly Metric[] = [
  counter("total", (it) => it.totalCount),
  counter("completed", (it) => it.completedCount),
  counter("failed", (it) => it.failedCount),
  gauge("rate.count", (it) => it.rateCount / 100),
  gauge("rate.size", (it) => it.rateSize / 100),
  gauge("cpu.percent", (it) => it.metrics?.cpu_percent ?? 0),
  gauge("cpu.percent.peak", (it) => it.metrics?.peak_cpu_percent ?? 0),
  gauge("memory.cpu_mb", (it) => it.metrics?.cpu_memory_mb ?? 0),
  gauge("memory.cpu_mb.peak", (it) => it.metrics?.peak_cpu_memory_mb ?? 0),
  gauge("memory.gpu_mb", (it) => it.metrics?.gpu_memory_mb ?? 0),
  gauge("memory.gpu_mb.peak", (it) => it.metrics?.peak_gpu_memory_mb ?? 0),
];

function spanRecord(span: Span): object {
  const { traceId, spanId, parentSpanId, name, kind } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId !== undefined && { parentSpanId }),
    name,
    kind: kind === "client" ? 3 : 1,
    startTimeUnixNano: nanoseconds(span.startTime),
    endTimeUnixNano: nanoseconds(span.endTime),
    attributes: attributes(span.attributes),
    events: span.events.map((event) => ({
      name: event.name,
      timeUnixNano: nanoseconds(event.time),
      attributes: attributes(event.attributes),
    })),
    status: span.status === "error" ? { code: 2 } : {},
  };
}

function attributes(values: Readonly<Record<string, SpanValue>>): object[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === "string"
      ? { stringValue: value }
      : typeof value === "boolean"
      ? { boolValue: value }
      : Number.isSafeInteger(value)
      ? { intValue: String(value) }
      : { doubleValue: value },
  }));
}

/** Milliseconds as the text of a number of nanoseconds. */
function nanoseconds(milliseconds: number): string {
  return String(BigInt(Math.round(milliseconds * 1_000)) * 1_000n);
}
