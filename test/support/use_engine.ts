import { assertEquals } from "@std/assert";
import {
  chat,
  close,
  connect,
  type ConnectOptions,
  events,
  firstAnswer,
  getTaskStatus,
  pipe,
  send,
  terminate,
  use,
} from "@rocketride/streams";
import { deployAdd, deployRemove } from "@rocketride/streams/admin";
import { DIGEST, MODEL, TEXT } from "./pipelines.ts";

/** 4 MiB, none of them like its neighbour. */
export function manyBytes(): Uint8Array<ArrayBuffer> {
  const length = 4 * 1024 * 1024;
  return Uint8Array.from({ length }, (_, at) => at * 2_654_435_761);
}

/** The digest that the pipeline `DIGEST` makes of them, in hexadecimal. */
export async function digestOf(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).toHex();
}

/** Do a little of everything with an engine that has the built-in nodes. */
export async function useEngine(options: ConnectOptions): Promise<void> {
  const session = await connect(options);
  const text = await use(session, { pipeline: TEXT });
  const watched = await events(session, text, { types: ["task"] });
  assertEquals((await send(session, text, "Hello")).text, ["Hello\n\n"]);
  assertEquals((await getTaskStatus(session, text)).completedCount, 1);

  const digest = await use(session, { pipeline: DIGEST });
  const sink = await pipe(session, digest, { mimeType: "audio/wav" });
  await new Blob([manyBytes()]).stream().pipeTo(sink);
  const { metadata } = await sink.result as { metadata?: { sha256?: string } };
  assertEquals(metadata?.sha256, await digestOf(manyBytes()));

  const model = await use(session, { pipeline: MODEL });
  const answer = await chat(session, model, "The capital of France?");
  assertEquals(firstAnswer(answer), "Paris");

  const schedule = "0 6 * * mon-fri";
  const { state } = await deployAdd(session, MODEL, { schedule });
  assertEquals(state, "active");
  await deployRemove(session, "model");

  await terminate(session, text);
  for await (const event of watched) {
    if (event.type !== "event" || event.event !== "apaevt_task") continue;
    const { action } = event.body as { action?: string };
    if (action === "end") break;
  }
  for (const task of [digest, model]) await terminate(session, task);
  await close(session);
}
