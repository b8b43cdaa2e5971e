import { assertEquals, assertRejects } from "@std/assert";
import {
  ConnectionException,
  RocketRideException,
  TimeoutException,
  ValidationException,
} from "../../lib/errors.ts";
import { getServerInfo } from "../../lib/session/connect.ts";
import { fakeClock } from "../support/fake_clock.ts";
import { rawServer } from "../support/raw_web_socket.ts";
import { scriptedTransport } from "../support/scripted_transport.ts";
import {
  hangUp,
  scriptedServer,
  silent,
  WAYS,
} from "../support/scripted_server.ts";

const INFO = {
  version: { version: "1.1.0", hash: "abc", stamp: "now" },
  capabilities: ["oss"],
  platform: "linux",
  apps: [],
};

for (const way of WAYS) {
  Deno.test(`getServerInfo() asks without logging in and hangs up (${way})`, async () => {
    await using server = scriptedServer({ rrext_public_probe: () => INFO });
    assertEquals(await getServerInfo(server.target(way)), INFO as unknown);
    assertEquals(server.requests.map(({ command }) => command), [
      "rrext_public_probe",
    ]);
    assertEquals((await (await server.line()).closed).code, 1000);
  });

  Deno.test(`an engine that does not know the question refuses it (${way})`, async () => {
    await using server = scriptedServer();
    const error = await assertRejects(
      () => getServerInfo(server.target(way)),
      RocketRideException,
    );
    assertEquals(error.code, "unknown-command");
    await (await server.line()).closed;
  });

  Deno.test(`a 1.0 engine, which wants a login first, is told apart (${way})`, async () => {
    await using server = scriptedServer({
      rrext_public_probe(request, line): undefined {
        line.refuse(request, "Not authenticated");
        line.close(1000);
      },
    });
    const error = await assertRejects(
      () => getServerInfo(server.target(way)),
      RocketRideException,
      "Not authenticated",
    );
    assertEquals(error.code, "authentication-refused");
  });

  Deno.test(`an engine that hangs up has no answer (${way})`, async () => {
    await using server = scriptedServer({ rrext_public_probe: hangUp(4000) });
    const error = await assertRejects(
      () => getServerInfo(server.target(way)),
      ConnectionException,
    );
    assertEquals([error.code, error.closeCode], ["connection-lost", 4000]);
  });
}

Deno.test("no credential is read or sent, and none is missed", async () => {
  await using server = scriptedServer({ rrext_public_probe: () => INFO });
  await getServerInfo({
    uri: server.uri(),
    env: { ROCKETRIDE_APIKEY: "s3cret" },
  });
  assertEquals(JSON.stringify(server.requests).includes("s3cret"), false);
});

Deno.test("another machine is asked without a credential, encrypted or not", async () => {
  const transport = scriptedTransport({
    opens: true,
    onSend({ seq }, { handlers, closed }): void {
      handlers.onMessage({
        type: "response",
        seq: 1,
        request_seq: seq,
        body: INFO,
      });
      closed.resolve();
    },
  });
  for (const uri of ["wss://example.com", "ws://example.com"]) {
    const info = await getServerInfo({ uri, transport, env: {} });
    assertEquals(info.platform, "linux");
  }
});

Deno.test("the address may come from the variables", async () => {
  await using server = scriptedServer({ rrext_public_probe: () => INFO });
  const env = { ROCKETRIDE_URI: server.uri() };
  assertEquals((await getServerInfo({ env })).platform, "linux");
});

Deno.test("an engine that stays silent is given up after the time limit", async () => {
  await using server = scriptedServer({ rrext_public_probe: silent });
  const clock = fakeClock();
  for (const timeout of [200, undefined]) {
    const asking = getServerInfo({
      ...server.target("memory"),
      clock,
      timeout,
    });
    const failed = assertRejects(() => asking, TimeoutException);
    await clock.advance(timeout ?? 30_000);
    assertEquals((await failed).timeout, timeout ?? 30_000);
    assertEquals(clock.timers, 0);
  }
});

Deno.test("an abort gives up the dial and the question alike", async () => {
  await using deaf = rawServer();
  await using server = scriptedServer({ rrext_public_probe: silent });
  for (const uri of [deaf.uri, server.uri()]) {
    const controller = new AbortController();
    const asking = getServerInfo({ uri, env: {}, signal: controller.signal });
    if (uri === deaf.uri) await deaf.accept();
    else await server.received("rrext_public_probe");
    controller.abort("over");
    assertEquals(await asking.catch((thrown) => thrown), "over");
  }
  await (await server.line()).closed;
});

Deno.test("an address that is none is refused before anything is sent", async () => {
  const error = await assertRejects(
    () => getServerInfo({ uri: "ftp://x", env: {} }),
    ValidationException,
  );
  assertEquals(error.code, "invalid-uri");
});
