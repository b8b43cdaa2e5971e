// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * What can go wrong, by class: credentials, the pipeline, the data.
 *
 *     deno task example handle_failures
 *
 * Runs on Deno, Bun; bundled for Node.
 *
 * @module
 */
import {
  AuthenticationException,
  connect,
  ExecutionException,
  isDAPException,
  PipeException,
  send,
  sendFiles,
  use,
  ValidationException,
} from "@rocketride/streams";

async function attempt(
  what: string,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
    console.log(`${what}: fine`);
  } catch (error) {
    if (error instanceof AuthenticationException) {
      console.log(`${what}: bad credentials`);
    } else if (error instanceof ExecutionException) {
      console.log(`${what}: pipeline failed: ${error.message}`);
    } else if (error instanceof PipeException) {
      console.log(`${what}: data transfer failed: ${error.message}`);
    } else if (error instanceof ValidationException) {
      console.log(`${what}: bad input: ${error.message}`);
    } else if (isDAPException(error)) {
      console.log(`${what}: ${error.code}: ${error.message}`);
    } else {
      throw error;
    }
  }
}

await using session = await connect({
  uri: "https://cloud.rocketride.ai",
  auth: "my-key",
});
await attempt("Starting nonsense", () => {
  return use(session, { pipeline: { source: "nobody", components: [] } });
});
await attempt("Sending to nobody", () => send(session, "tk_unknown", "Hello"));
await attempt("Sending a missing file", () => {
  return sendFiles(session, "tk_unknown", ["no/such/file.pdf"]);
});
