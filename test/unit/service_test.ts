import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ProtocolException,
  RocketRideException,
  TimeoutException,
} from "../../lib/errors.ts";
import {
  getCatalog,
  getService,
  getServices,
  ping,
  resolveConfig,
} from "../../lib/service/services.ts";
import { gate, pipeServer, refusing } from "../support/pipe_server.ts";
import { silent } from "../support/scripted_server.ts";

const WEBHOOK = { title: "Webhook", protocol: "webhook://", somethingNew: 1 };

Deno.test("ping() tells the milliseconds of the round trip", async () => {
  const pings = gate();
  await using server = await pipeServer({ rrext_ping: pings.handler });
  const pinged = ping(server.session);
  await server.received("rrext_ping");
  await server.clock.advance(42);
  await pings.answer({ pong: true });
  assertEquals(await pinged, 42);
  assertEquals(server.requests[0]?.token, undefined);
});

Deno.test("ping() may name a task", async () => {
  await using server = await pipeServer();
  await ping(server.session, { task: { token: "tk_1" } });
  assertEquals(server.requests[0]?.token, "tk_1");
});

Deno.test("ping() fails when the engine refuses or keeps silent", async () => {
  await using refused = await pipeServer({ rrext_ping: refusing("No") });
  await assertRejects(() => ping(refused.session), RocketRideException, "No");
  await using mute = await pipeServer({ rrext_ping: silent });
  const pinged = ping(mute.session);
  pinged.catch(() => {});
  await mute.received("rrext_ping");
  await mute.clock.advance(30_000);
  const error = await assertRejects(() => pinged, TimeoutException);
  assertEquals(error.timeout, 30_000);
});

Deno.test("getServices() returns definitions by name", async () => {
  const services = { webhook: WEBHOOK };
  await using server = await pipeServer({
    rrext_services: () => ({ services, version: 1 }),
  });
  const answer = await getServices(server.session);
  assertEquals(Object.keys(answer), ["webhook"]);
  assertEquals(answer.webhook as object, WEBHOOK);
  assertEquals(server.requests[0]?.arguments, {});
});

Deno.test("getServices() refuses an answer without services", async () => {
  for (const body of [undefined, {}, { services: [] }]) {
    await using server = await pipeServer({ rrext_services: () => body });
    await assertRejects(
      () => getServices(server.session),
      ProtocolException,
      "Cannot read the answer: expected services",
    );
  }
});

Deno.test("getService() returns one definition", async () => {
  await using server = await pipeServer({ rrext_services: () => WEBHOOK });
  const answer = await getService(server.session, "webhook");
  assertEquals(answer as object, WEBHOOK);
  assertEquals(server.requests[0]?.arguments, { service: "webhook" });
});

Deno.test("C31 getService() finds nothing where there is nothing", async () => {
  const message =
    "Service 'x' not found. Please check the service name and try again.";
  await using server = await pipeServer({ rrext_services: refusing(message) });
  assertEquals(await getService(server.session, "x"), undefined);
});

Deno.test("getService() reports every other refusal", async () => {
  await using server = await pipeServer({
    rrext_services: refusing("Invalid command: rrext_services"),
  });
  const error = await assertRejects(
    () => getService(server.session, "x"),
    RocketRideException,
  );
  assertEquals(error.code, "unknown-command");
  assert(error.hint);
});

Deno.test("getService() refuses an answer without a body", async () => {
  await using server = await pipeServer({ rrext_services: () => undefined });
  await assertRejects(
    () => getService(server.session, "webhook"),
    ProtocolException,
    "Cannot read the answer: expected a service",
  );
});

Deno.test("getService() without a name is refused before any traffic", async () => {
  await using server = await pipeServer();
  await assertRejects(
    () => getService(server.session, ""),
    TypeError,
    "Service name is required",
  );
  assertEquals(server.log(), []);
});

Deno.test("getCatalog() returns the pictures of newer servers, and none of older ones", async () => {
  const services = { webhook: { ...WEBHOOK, icon: "i1" } };
  const newer = { services, icons: { i1: "<svg/>" }, version: 2, more: 1 };
  await using server = await pipeServer({ rrext_services: () => newer });
  assertEquals(await getCatalog(server.session) as object, newer);
  await using older = await pipeServer({
    rrext_services: () => ({ services, version: 1 }),
  });
  assertEquals((await getCatalog(older.session)).icons, {});
  for (const body of [undefined, {}, { services: [], icons: {} }]) {
    await using bad = await pipeServer({ rrext_services: () => body });
    await assertRejects(() => getCatalog(bad.session), ProtocolException);
  }
});

Deno.test("resolveConfig() asks what settings become, and takes lists that are left out as empty", async () => {
  const answers = [
    { provider: "llm", profile: "fast", resolved: { a: 1 }, dropped: ["b"] },
    { resolved: {} },
  ];
  await using server = await pipeServer({
    rrext_resolve_config: () => answers.shift(),
  });
  const config = { profile: "fast", b: 2 };
  assertEquals(await resolveConfig(server.session, "llm", { config }), {
    provider: "llm",
    profile: "fast",
    resolved: { a: 1 },
    dropped: ["b"],
  });
  assertEquals(await resolveConfig(server.session, "llm"), {
    provider: "llm",
    resolved: {},
    dropped: [],
  });
  assertEquals(server.requests.map((it) => it.arguments), [
    { provider: "llm", config },
    { provider: "llm", config: {} },
  ]);
  await assertRejects(
    () => resolveConfig(server.session, "llm"),
    ProtocolException,
  );
  await assertRejects(() => resolveConfig(server.session, ""), TypeError);
});

Deno.test("resolveConfig() tells a server that is older, and a service that is unknown", async () => {
  await using older = await pipeServer();
  const old = await assertRejects(
    () => resolveConfig(older.session, "llm"),
    RocketRideException,
  );
  assertEquals(old.code, "unknown-command");
  await using newer = await pipeServer({
    rrext_resolve_config: refusing("Service 'x' not found."),
  });
  const unknown = await assertRejects(
    () => resolveConfig(newer.session, "x"),
    RocketRideException,
  );
  assertEquals(unknown.code, "service-not-found");
});
