// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * The same as the quick start with every step written out, for places where
 * `await using` is not available.
 *
 *     deno task example minimal
 *
 * Runs on Deno, Bun, Node; bundled for browsers.
 *
 * @module
 */
import { close, connect, send, terminate, use } from "@rocketride/streams";

const session = await connect({
  uri: "https://cloud.rocketride.ai",
  auth: "my-key",
});
try {
  const { token } = await use(session, {
    filepath: new URL("pipelines/text.pipe.json", import.meta.url),
  });
  const result = await send(session, token, "Hello, pipeline!", {
    objinfo: { name: "input.txt" },
    mimeType: "text/plain",
  });
  console.log(result);
  await terminate(session, token);
} finally {
  await close(session);
}
