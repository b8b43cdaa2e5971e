import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect, getService, getServices, ping } from "@rocketride/streams";
import { defineNode } from "@rocketride/streams/engine";
import { hasCapability } from "@rocketride/streams/schema";
import { forEveryTransport } from "../support/engines.ts";

forEveryTransport("ping() comes back, also 64 at once", async (options) => {
  await using session = await connect(options);
  assert(await ping(session) >= 0);
  const times = await Promise.all(
    Array.from({ length: 64 }, () => ping(session)),
  );
  assertEquals(times.length, 64);
});

forEveryTransport("getServices() names every node", async (options) => {
  await using session = await connect(options);
  const services = await getServices(session);
  for (const name of ["webhook", "chat", "parse", "response_text"]) {
    assert(name in services, name);
  }
  assertEquals(services.webhook?.title, "Webhook");
});

forEveryTransport("getService() describes one node", async (options) => {
  await using session = await connect(options);
  const webhook = await getService(session, "webhook");
  assertEquals(webhook?.title, "Webhook");
  assertEquals(webhook?.protocol, "webhook://");
  const llm = await getService(session, "llm_mock");
  assert(llm && hasCapability(llm, "INVOKE"));
});

forEveryTransport(
  "getService() finds no node that is not there",
  async (options) => {
    await using session = await connect(options);
    assertEquals(await getService(session, "nothing"), undefined);
    await assertRejects(() => getService(session, ""), TypeError);
  },
);

forEveryTransport(
  "a node of one's own is a service like any other",
  async (options) => {
    await using session = await connect(options);
    assertEquals((await getService(session, "upper"))?.title, "Upper case");
    assert("upper" in await getServices(session));
  },
  {
    nodes: [
      defineNode({
        provider: "upper",
        title: "Upper case",
        description: "Shouts.",
        classType: ["text"],
        lanes: { text: ["text"] },
        start: () => ({ instance: () => ({}) }),
      }),
    ],
  },
);
