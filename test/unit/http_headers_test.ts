import { assert, assertEquals, assertRejects } from "@std/assert";
import { createEngine } from "../../lib/engine/engine.ts";
import { AuthenticationException, PipeException } from "../../lib/errors.ts";
import { send } from "../../lib/pipe/send.ts";
import { close } from "../../lib/session/connection.ts";
import { connect } from "../../lib/session/connect.ts";
import type { ConnectOptions } from "../../lib/session/options.ts";
import { use } from "../../lib/task/use.ts";
import { httpTransport } from "../../lib/transport/http.ts";
import { TEXT } from "../support/pipelines.ts";

/** Work with an engine over HTTP, and with how often it was asked. */
async function overHttp(
  auth: string,
  work: (options: ConnectOptions, asked: () => number) => Promise<void>,
): Promise<void> {
  const engine = createEngine();
  let asked = 0;
  const transport = httpTransport({
    fetch: async (input, init) => {
      const request = new Request(input, init);
      asked++;
      return await engine.fetch(request);
    },
  });
  const uri = "http://localhost";
  await work({ uri, auth, env: {}, transport }, () => asked);
  await engine.close();
}

for (const auth of ["ключ", "a\nb"]) {
  Deno.test(`the key ${JSON.stringify(auth)} fits no header: it is refused for good, and not shown`, () =>
    overHttp(auth, async (options, asked) => {
      const error = await assertRejects(
        () => connect({ ...options, persist: true, maxRetryTime: 100 }),
        AuthenticationException,
        "Cannot send",
      );
      assert(!error.message.includes(auth));
      assertEquals(asked(), 0);
    }));
}

Deno.test("a media type that no header can carry fails its object, not the session", () =>
  overHttp("key", async (options) => {
    const session = await connect(options);
    const task = await use(session, { pipeline: TEXT });
    await assertRejects(
      () => send(session, task, "a", { mimeType: "image/\u20ac" }),
      PipeException,
      "Cannot send",
    );
    assertEquals((await send(session, task, "b")).text, ["b\n\n"]);
    await close(session);
  }));
