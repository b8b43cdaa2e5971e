import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ProtocolException,
  RocketRideException,
  TimeoutException,
} from "../../lib/errors.ts";
import { getService, getServices, ping } from "../../lib/service/services.ts";
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
