import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { events, send, terminate, use } from "../../mod.ts";
import { withCommand } from "../support/command.ts";
import { TEXT } from "../support/pipelines.ts";

const PIPELINE = {
  ...TEXT,
  project_id: "traced",
  name: "Traced",
};

/** What a collector got. */
interface Received {
  readonly path: string;
  readonly key: string | null;
  // deno-lint-ignore no-explicit-any -- the body of OTLP, as it comes
  readonly body: any;
}

/** Keeps what it is sent; the first request is to be tried again. */
function collector(): {
  readonly url: string;
  readonly received: readonly Received[];
  until(path: string): Promise<void>;
  close(): Promise<void>;
} {
  const received: Received[] = [];
  let news = Promise.withResolvers<void>();
  let count = 0;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const body = await request.json();
      if (count++ === 0) return new Response(null, { status: 503 });
      const { pathname: path } = new URL(request.url);
      received.push({ path, key: request.headers.get("x-api-key"), body });
      news.resolve();
      news = Promise.withResolvers();
      return new Response("{}");
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    received,
    async until(path): Promise<void> {
      while (!received.some((it) => it.path === path)) await news.promise;
    },
    close: () => server.shutdown(),
  };
}

Deno.test("otel exports spans and metrics, and what is open at its end", async () => {
  await withCommand(async ({ start, session }) => {
    const target = collector();
    const seen = await events(session, "*", { types: ["dashboard"] });
    const args = ["--endpoint", target.url, "--trace-level", "full"];
    const command = start(["otel", ...args], {
      env: {
        OTEL_EXPORTER_OTLP_HEADERS: "x-api-key=a%20key",
        OTEL_EXPORTER_OTLP_METRICS_HEADERS: "x-api-key=other",
        OTEL_SERVICE_NAME: "tested",
      },
    });
    await command.printed("Exporting to ");
    await seen.cancel();
    const options = { pipeline: PIPELINE, pipelineTraceLevel: "full" } as const;
    const task = await use(session, options);
    await send(session, task, "Hello", { objinfo: { name: "greeting" } });
    await target.until("/v1/traces");
    await target.until("/v1/metrics");
    const open = await use(session, {
      ...options,
      pipeline: { ...PIPELINE, project_id: "open" },
    });
    await terminate(session, task);
    command.child.kill("SIGTERM");
    const { code, stdout, stderr } = await command.outcome;
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "--trace-level changes no task");
    assert(/Exported [1-9]\d* span\(s\)\.\n$/.test(stdout), stdout);
    await terminate(session, open);
    await target.close();

    const { received } = target;
    assertEquals(
      new Set(received.map(({ path, key }) => `${path} ${key}`)),
      new Set(["/v1/traces a key", "/v1/metrics other"]),
    );
    const traces = received.filter(({ path }) => path === "/v1/traces");
    const [resource] = traces[0]!.body.resourceSpans;
    assertEquals(resource.resource.attributes, [
      { key: "service.name", value: { stringValue: "tested" } },
    ]);
    const spans = traces.flatMap(({ body }) =>
      body.resourceSpans[0].scopeSpans[0].spans
    );
    const byName = new Map(spans.map((span) => [span.name, span]));
    const object = byName.get("greeting");
    assert(object, [...byName.keys()].join());
    assertEquals(object.traceId.length, 32);
    assert(BigInt(object.endTimeUnixNano) >= BigInt(object.startTimeUnixNano));
    // Content was not asked for.
    assert(!JSON.stringify(spans).includes("Hello"));
    const metrics = received.filter(({ path }) => path === "/v1/metrics")
      .flatMap(({ body }) => body.resourceMetrics[0].scopeMetrics[0].metrics);
    assert(
      metrics.some((it) =>
        it.name === "rocketride.objects.total" && it.sum.dataPoints.length > 0
      ),
    );
  });
});

Deno.test("otel exits with 2 without an engine, and before a key is exposed", async () => {
  await withCommand(async ({ run }) => {
    const absent = await run(["otel", "--uri", "http://127.0.0.1:9"]);
    assertEquals(absent.code, 2);
    const args = ["otel", "--endpoint", "http://otel.example:4318"];
    const env = { OTEL_EXPORTER_OTLP_HEADERS: "Authorization=Bearer secret" };
    const open = await run(args, { env });
    assertEquals(open.code, 2);
    assertStringIncludes(open.stderr, "without encryption");
    assert(!open.stderr.includes("secret"));
    const malformed = await run(args, {
      env: { OTEL_EXPORTER_OTLP_HEADERS: "secret" },
    });
    assertEquals(malformed.code, 2);
    assert(!malformed.stderr.includes("secret"));
    assertEquals((await run(["otel", "--endpoint", "ftp://a"])).code, 2);
    assertEquals((await run(["otel", "--protocol", "grpc"])).code, 2);
  });
});
