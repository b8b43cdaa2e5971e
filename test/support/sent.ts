import { assertEquals } from "@std/assert";
import type { PipeSource, SendOptions } from "../../lib/pipe/options.ts";
import { send } from "../../lib/pipe/send.ts";
import { payloadOf, pipeServer, RESULT } from "./pipe_server.ts";

/** What `send` told the engine about a source. */
export interface Sent {
  readonly mimeType: unknown;
  readonly object: Readonly<Record<string, unknown>>;
  /** All payload, joined. */
  readonly bytes: Uint8Array;
  /** The same as text. */
  readonly text: string;
  /** What was asked in short; see `PipeServer.log`. */
  readonly log: readonly string[];
}

/** Send a source to an engine that obliges, and look at what it was told. */
export async function sent(
  source: PipeSource,
  options: SendOptions = {},
): Promise<Sent> {
  await using server = await pipeServer();
  assertEquals(await send(server.session, "tk_1", source, options), RESULT);
  const { mimeType, object } = server.requests[0]?.arguments ?? {};
  const parts = server.requests.map(payloadOf);
  const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
  return {
    mimeType,
    object: object as Sent["object"],
    bytes,
    text: new TextDecoder().decode(bytes),
    log: server.log(),
  };
}
