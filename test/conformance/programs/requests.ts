import {
  close,
  connect,
  isConnected,
  ping,
  type Session,
  use,
} from "../../../mod.ts";
import { KEY } from "../cases/_keys.ts";
import { echoPipeline, sendText } from "./echo.ts";

/** What a Worker is given with a request. */
export interface Context {
  /** Go on after the answer, until this settles. */
  waitUntil(promise: Promise<unknown>): void;
}

function connected(params: URLSearchParams): Promise<Session> {
  const uri = params.get("engine") ?? "";
  return connect({ uri, auth: KEY, env: {} });
}

/** The usual Worker: a session for a request, closed before the answer. */
export async function echo(params: URLSearchParams): Promise<string> {
  const session = await connected(params);
  try {
    const task = await use(session, { pipeline: echoPipeline() });
    return await sendText(session, task, params.get("text") ?? "");
  } finally {
    await close(session);
  }
}

/** Answer first, and close the session afterwards. */
export async function closeLate(
  params: URLSearchParams,
  context: Context,
): Promise<Response> {
  const session = await connected(params);
  await ping(session);
  context.waitUntil(close(session));
  return Response.json({ value: "answered" });
}

/** Leave a session open, as a Worker that forgets about it would. */
export async function leaveOpen(params: URLSearchParams): Promise<Response> {
  const session = await connected(params);
  await ping(session);
  return Response.json({ value: isConnected(session) });
}

/** Answer with a stream that a session feeds while it is being read. */
export async function answerWithStream(
  params: URLSearchParams,
): Promise<Response> {
  const session = await connected(params);
  const task = await use(session, { pipeline: echoPipeline() });
  const texts = (params.get("text") ?? "").split(" ");
  const body = new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      const text = texts.shift();
      if (text === undefined) {
        await close(session);
        controller.close();
        return;
      }
      const echoed = await sendText(session, task, text);
      controller.enqueue(new TextEncoder().encode(echoed));
    },
  });
  return new Response(body);
}
