// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * The things that `send` takes: text, JSON, bytes, a Blob, a response.
 *
 *     deno task example send_text_json_bytes
 *
 * Runs on Deno, Bun; bundled for Node, browsers.
 *
 * @module
 */
import { connect, send, use } from "@rocketride/streams";

await using session = await connect({
  uri: "https://cloud.rocketride.ai",
  auth: "my-key",
});
await using task = await use(session, {
  filepath: new URL("pipelines/document.pipe.json", import.meta.url),
});
console.log(await send(session, task, "Analyze this text for sentiment"));
console.log(
  await send(session, task, JSON.stringify({ name: "John", age: 30 }), {
    mimeType: "application/json",
  }),
);
console.log(
  await send(session, task, new TextEncoder().encode("Binary data"), {
    mimeType: "application/octet-stream",
    objinfo: { name: "data.bin" },
  }),
);
console.log(
  await send(session, task, new Blob(["A Blob"], { type: "text/plain" })),
);
console.log(await send(session, task, await fetch("data:text/plain,A body")));
