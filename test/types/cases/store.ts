import { pipe, type Session } from "@rocketride/streams";
import {
  getProject,
  type JsonValue,
  list,
  readFile,
  readJson,
  stat,
  type StoredPipeline,
  type StoreStat,
  writeFile,
} from "@rocketride/streams/store";
import { same } from "./_same.ts";

export async function files(
  session: Session,
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<void> {
  const target = await writeFile(session, "a/b.csv", { frameBytes: 65_536 });
  await body.pipeTo(target);
  const source = await readFile(session, "a/b.csv", { offset: 1 });
  await source.pipeTo(await pipe(session, "tk_1"));
  await source.pipeTo(await writeFile(session, "a/c.csv"));

  const found = await stat(session, "a/b.csv");
  same<typeof found, StoreStat | undefined>();
  // @ts-expect-error: there may be no such file
  void found.type;
  const json = await readJson(session, "a.json");
  same<typeof json, JsonValue>();
  for (const { name } of await list(session)) same<typeof name, string>();
  // @ts-expect-error: text is written by writeText()
  await target.getWriter().write("text");
  // @ts-expect-error: an offset counts bytes
  await readFile(session, "a/b.csv", { offset: "1" });
}

export async function projects(session: Session): Promise<void> {
  const project = await getProject(session, "p");
  same<typeof project, StoredPipeline>();
}
