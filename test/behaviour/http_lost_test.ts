import { assertEquals, assertRejects } from "@std/assert";
import { close, connect, ConnectionException, use } from "@rocketride/streams";
import { httpTransport } from "@rocketride/streams/transport";
import { createEngine } from "../../lib/engine/engine.ts";
import { chaosProxy } from "../support/chaos_proxy.ts";
import { TEXT } from "../support/pipelines.ts";

for (const how of ["end", "reset"] as const) {
  Deno.test(`a request whose answer is lost is not sent twice (${how})`, async () => {
    const engine = createEngine();
    let starts = 0;
    const server = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      onListen(): void {},
    }, (request) => {
      if (request.method === "POST") starts++;
      return engine.fetch(request);
    });
    await using proxy = await chaosProxy(server.addr.port);
    const session = await connect({
      uri: `http://127.0.0.1:${proxy.port}`,
      auth: "key",
      env: {},
      transport: httpTransport(),
    });
    // Deno repeats what it sends on a connection that was used before.
    await use(session, { pipeline: TEXT });
    proxy.arm({ direction: "down", after: 20, how });
    await assertRejects(
      () => use(session, { pipeline: { ...TEXT, project_id: "second" } }),
      ConnectionException,
    );
    assertEquals(starts, 2);
    await close(session);
    await engine.close();
    await proxy[Symbol.asyncDispose]();
    await server.shutdown();
  });
}
