import {
  close,
  connect,
  events,
  ping,
  type Session,
  type StreamedEvent,
  type Task,
  terminate,
  use,
} from "../../../mod.ts";
import { KEY } from "../cases/_keys.ts";
import { textOf } from "../text_of.ts";
import { echoPipeline, sendText } from "./echo.ts";

/** What is kept from one request to the next. */
interface Kept {
  readonly session: Session;
  readonly task: Task;
  /** What the task was seen to do, once the session is closed. */
  readonly actions: Promise<unknown[]>;
}

/** A Durable Object that keeps a session, a task and a stream of its events. */
export class SessionKeeper {
  #kept: Kept | undefined;

  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    try {
      return Response.json({ value: await this.#step(searchParams) });
    } catch (error) {
      return Response.json({ error: textOf(error) });
    }
  }

  async #step(params: URLSearchParams): Promise<unknown> {
    const step = params.get("step");
    if (step === "open") {
      this.#kept = await open(params.get("engine") ?? "");
      return "open";
    }
    if (!this.#kept) throw new Error("Nothing is open");
    const { session, task, actions } = this.#kept;
    switch (step) {
      case "send":
        return await sendText(session, task, params.get("text") ?? "");
      case "ping":
        return await ping(session).then(() => "pong");
      case "terminate":
        return await terminate(session, task).then(() => "terminated");
      case "close":
        await close(session);
        return await actions;
      default:
        throw new Error(`No such step: ${step}`);
    }
  }
}

async function open(uri: string): Promise<Kept> {
  const session = await connect({ uri, auth: KEY, env: {} });
  const task = await use(session, { pipeline: echoPipeline() });
  const stream = await events(session, task, { types: ["apaevt_task"] });
  return { session, task, actions: actionsOf(stream) };
}

async function actionsOf(
  stream: ReadableStream<StreamedEvent>,
): Promise<unknown[]> {
  const actions: unknown[] = [];
  for await (const event of stream) {
    if (event.type === "event") actions.push(event.body?.action);
  }
  return actions;
}
