/** The engine in a process of its own. */
export interface ServerProcess {
  /** Where it listens. */
  readonly uri: string;
  /** Stop it. */
  stop(): Promise<void>;
}

/** Start `serve.ts` and wait until it listens. */
export async function startServer(): Promise<ServerProcess> {
  const script = new URL("serve.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-net", "--allow-env", script],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  return {
    uri: `ws://127.0.0.1:${Number(value)}`,
    async stop(): Promise<void> {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.status;
    },
  };
}
