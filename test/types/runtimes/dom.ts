import { pipe, send, type Session } from "@rocketride/streams";

export async function upload(
  session: Session,
  input: HTMLInputElement,
): Promise<void> {
  const [file] = input.files ?? [];
  if (!file) return;
  await send(session, "tk_1", file, { signal: AbortSignal.timeout(1_000) });
  const target = await pipe(session, "tk_1");
  await file.stream().pipeTo(target);
  const { body } = await fetch("https://example.com");
  await body?.pipeTo(target);
}
