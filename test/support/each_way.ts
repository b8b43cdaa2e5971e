import {
  type Script,
  type ScriptedServer,
  scriptedServer,
  WAYS,
} from "./scripted_server.ts";

/** Register a test against a scripted engine once for each way to reach it. */
export function forEachWay(
  name: string,
  script: Script,
  body: (
    server: ScriptedServer,
    way: (typeof WAYS)[number],
  ) => Promise<void>,
): void {
  for (const way of WAYS) {
    Deno.test(`${name} (${way})`, async () => {
      await using server = scriptedServer(script);
      await body(server, way);
    });
  }
}
