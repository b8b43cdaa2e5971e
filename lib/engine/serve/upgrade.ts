import type { Upgrade } from "../settings.ts";

/** The part of Deno's namespace that is needed here. */
interface DenoLike {
  upgradeWebSocket(
    request: Request,
    options: { idleTimeout: number },
  ): ReturnType<Upgrade>;
}

/** Seconds of silence until a peer is taken for dead (protocol §1.2). */
const IDLE_SECONDS = 60;

/** The platform's own way to accept a WebSocket, if this code knows it. */
export function platformUpgrade(): Upgrade | undefined {
  const { Deno } = globalThis as { Deno?: Partial<DenoLike> };
  if (typeof Deno?.upgradeWebSocket !== "function") return undefined;
  const upgrade = Deno.upgradeWebSocket;
  return (request) => upgrade(request, { idleTimeout: IDLE_SECONDS });
}
