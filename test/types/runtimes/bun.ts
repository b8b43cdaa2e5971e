import { pipe, send, sendFiles, type Session } from "@rocketride/streams";
import { createEngine } from "@rocketride/streams/engine";

export async function files(session: Session): Promise<void> {
  const file = Bun.file("a.txt");
  await send(session, "tk_1", file);
  await sendFiles(session, "tk_1", [file, "b.txt"]);
  // @ts-expect-error: what comes from nowhere needs a name
  await sendFiles(session, "tk_1", [new Blob(["a"])]);
  const target = await pipe(session, "tk_1");
  await file.stream().pipeTo(target);
  const response = await fetch("https://example.com");
  await response.body?.pipeTo(target);
}

const engine = createEngine();
export const server = Bun.serve({ fetch: (request) => engine.fetch(request) });
