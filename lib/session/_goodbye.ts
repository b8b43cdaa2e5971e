import type { SessionCore } from "./core.ts";

/** Free what the engine holds for a session, then log out. */
export async function goodbye(
  core: SessionCore,
  loggedIn: boolean,
  timeout: number,
): Promise<void> {
  await Promise.allSettled([...core.attachments].map((it) => it.release()));
  if (!loggedIn) return;
  // 1.0 engines refuse the command; that is as good as an answer.
  await core.request({ command: "deauth", arguments: {} }, { timeout });
}
