import { Command, Option } from "commander";
import { close, events, isEventOf } from "../../../mod.ts";
import { toSpans } from "../../../lib/admin/mod.ts";
import { examples } from "../connection.ts";
import { oneLine } from "../output.ts";
import { OtlpExporter, type OtlpOptions, type OtlpTarget } from "../otlp.ts";
import {
  type ConnectionFlags,
  type Run,
  shown,
  UsageError,
  withAction,
  withConnection,
} from "../run.ts";

interface Flags extends ConnectionFlags {
  readonly endpoint?: string;
  readonly headers?: string;
  readonly serviceName?: string;
  readonly includeContent?: boolean;
  readonly metrics: boolean;
  readonly traceLevel?: string;
}

/** What tasks can be started with. */
const TRACE_LEVELS = ["none", "metadata", "summary", "full"];

/** The default address of collectors. */
const DEFAULT_ENDPOINT = "http://localhost:4318";

/** `otel`: spans and metrics for a collector of OpenTelemetry. */
export function otelCommand(): Command {
  const command = new Command("otel")
    .description("Export spans and metrics to an OpenTelemetry collector.")
    .option(
      "--endpoint <url>",
      `the collector (default: OTEL_EXPORTER_OTLP_ENDPOINT, else ${DEFAULT_ENDPOINT})`,
    )
    .addOption(
      new Option("--protocol <name>", "OTLP over HTTP, as JSON")
        .choices(["http"]).default("http"),
    )
    .option("--headers <list>", "HTTP headers: name=value,name=value")
    .option(
      "--service-name <name>",
      "service.name (default: rocketride-engine)",
    )
    .option("--include-content", "add data to spans, shortened")
    .option("--no-metrics", "export spans only")
    .addOption(
      new Option("--trace-level <level>", "as for start; changes no task")
        .choices(TRACE_LEVELS),
    )
    .addHelpText(
      "after",
      examples([
        ["rocketride otel", "to a collector on this machine"],
        ["rocketride otel --endpoint https://otel.example", "to another one"],
      ]) +
        "\nHeaders with credentials belong in OTEL_EXPORTER_OTLP_HEADERS. Spans of\n" +
        "objects need tasks that were started with --trace. Exit codes: 0 stopped\n" +
        "by a signal; 1 failed; 2 wrong usage, or no engine.\n",
    );
  return withAction<Flags>(withConnection(command), async (run) => {
    const { out, flags, signal } = run;
    const target = targetOf(run);
    await checkEngine(run);
    const session = await run.connect({
      persist: true,
      onState: (text): void => void (text && out.warn(oneLine(text))),
    });
    let last = "";
    const exporter = new OtlpExporter({
      ...target,
      onFailure(message): void {
        // A repeated failure is reported once.
        if (message !== last) void out.warn(oneLine(message));
        last = message;
      },
    });
    run.defer(async () => {
      await exporter[Symbol.asyncDispose]();
      const dropped = exporter.dropped > 0 ? `, ${exporter.dropped} lost` : "";
      await out.line(`Exported ${exporter.sent} span(s)${dropped}.`);
      await out.result({ spans: exporter.sent, lost: exporter.dropped });
    });
    const stream = await events(session, "*", {
      types: ["task", "summary", "flow", "sse"],
      signal,
      overflow: "drop-oldest",
      highWaterMark: 10_000,
    });
    await out.line(`Exporting to ${new URL(target.traces.url).origin}`);
    if (flags.traceLevel !== undefined) {
      await out.warn(
        "--trace-level changes no task: start tasks with --trace " +
          flags.traceLevel,
      );
    }
    const spans = toSpans({ includeContent: flags.includeContent });
    const collected = (async () => {
      for await (const span of spans.readable) exporter.span(span);
    })();
    const writer = spans.writable.getWriter();
    try {
      for await (const event of stream) {
        if (
          event.type === "event" && isEventOf(event, "apaevt_status_update")
        ) {
          exporter.status(event.body);
        }
        await writer.write(event);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      // Open spans end with the stream.
      await writer.close();
      await collected;
    }
  }, { endsBySignal: true });
}

/** An engine that is not there at the start is wrong usage. */
async function checkEngine(run: Run<Flags>): Promise<void> {
  try {
    await close(await run.connect());
  } catch (error) {
    run.signal.throwIfAborted();
    const { message, hint } = shown(error);
    throw new UsageError(message, hint);
  }
}

function targetOf(
  { flags, env }: Run<Flags>,
): Omit<OtlpOptions, "onFailure"> {
  const base = (flags.endpoint ?? env.OTEL_EXPORTER_OTLP_ENDPOINT ??
    DEFAULT_ENDPOINT).replace(/\/$/, "");
  const isAllowed = flags.insecure === true ||
    env.ROCKETRIDE_OTEL_ALLOW_INSECURE === "1";
  // What is given to the command goes before all variables.
  const to = (signal: "traces" | "metrics"): OtlpTarget => {
    const name = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}`;
    const own = flags.endpoint ? undefined : env[`${name}_ENDPOINT`];
    const url = own ?? `${base}/v1/${signal}`;
    if (!URL.canParse(url) || !/^https?:/.test(url)) {
      throw new UsageError(
        `Cannot export to "${url}": expected an http address`,
      );
    }
    const headers = headersOf(
      flags.headers ?? env[`${name}_HEADERS`] ??
        env.OTEL_EXPORTER_OTLP_HEADERS ?? "",
    );
    const secret = Object.keys(headers).find((it) => CREDENTIAL.test(it));
    if (isAllowed || secret === undefined || !isOpen(url)) {
      return { url, headers };
    }
    throw new UsageError(
      `Cannot send the header ${secret} to ${
        new URL(url).host
      } without encryption`,
      "use an https address, or --insecure",
    );
  };
  const traces = to("traces");
  const metrics = flags.metrics ? to("metrics") : undefined;
  const service = flags.serviceName ?? env.OTEL_SERVICE_NAME ??
    "rocketride-engine";
  return { traces, metrics, service };
}

/** Names of headers that may hold a credential. */
const CREDENTIAL = /auth|key|token|secret|password|cookie|credential/i;

/** Whether an address is unencrypted and on another machine. */
function isOpen(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" &&
    !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Read `name=value,name=value`, with values as in an address. */
function headersOf(list: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const item of list.split(",")) {
    if (item.trim() === "") continue;
    const at = item.indexOf("=");
    const name = item.slice(0, at).trim();
    // The value is not shown: it may be a credential.
    if (at < 1 || !/^[\w-]+$/.test(name)) {
      throw new UsageError("Cannot read the headers: expected name=value,…");
    }
    const value = item.slice(at + 1).trim();
    try {
      found[name] = decodeURIComponent(value);
    } catch {
      found[name] = value;
    }
  }
  return found;
}
