import { openAsBlob } from "node:fs";
import { open } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { pipe, send, sendFiles, type Session } from "@rocketride/streams";

export async function files(session: Session): Promise<void> {
  await send(session, "tk_1", await openAsBlob("a.txt"));
  await send(session, "tk_1", createReadStream("a.txt"));
  const file = await open("a.txt");
  const target = await pipe(session, "tk_1");
  await file.readableWebStream().pipeTo(target);
  await send(session, "tk_1", Buffer.from("a"));
  await sendFiles(session, "tk_1", ["a.txt"]);
  const response = await fetch("https://example.com");
  await response.body?.pipeTo(target);
}
