/**
 * A Cloudflare Worker: `POST` a document, and its body goes into a pipeline
 * chunk by chunk, while what happens there comes back as server-sent events,
 * the result being the last of them.
 *
 *     curl --no-buffer --data-binary @README.md https://my-worker.example
 *
 * With the bindings ROCKETRIDE_URI and ROCKETRIDE_APIKEY it works with that
 * engine; without them it brings an engine of its own, to try things out.
 *
 * A Worker's sockets and timers belong to the request that made them. So each
 * request has a session of its own, and nothing is kept between requests; the
 * task, which lives on the engine, is shared.
 *
 * Runs on Workers.
 *
 * @module
 */
import {
  close,
  connect,
  type ConnectOptions,
  events,
  pipe,
  type StreamedEvent,
  use,
} from "@rocketride/streams";
import { createEngine } from "@rocketride/streams/engine";
import pipeline from "../pipelines/fingerprint.pipe.json" with { type: "json" };
import {
  type ServerSentEvents,
  serverSentEvents,
} from "./server_sent_events.ts";

/** The bindings of the Worker. */
interface Environment {
  readonly ROCKETRIDE_URI?: string;
  readonly ROCKETRIDE_APIKEY?: string;
}

/** What Workers give to each request. */
interface Context {
  waitUntil(work: Promise<unknown>): void;
}

export default {
  /** Answer a request. */
  fetch(request: Request, env: Environment, context: Context): Response {
    if (request.method !== "POST" || !request.body) {
      const headers = { allow: "POST" };
      return new Response("POST a document\n", { status: 405, headers });
    }
    const answer = serverSentEvents();
    context.waitUntil(work(request, connectOptions(env), answer));
    return answer.response;
  },
};

function connectOptions(env: Environment): ConnectOptions {
  const { ROCKETRIDE_URI: uri, ROCKETRIDE_APIKEY: auth } = env;
  // Given, since a Worker has no environment to look at.
  if (uri) return { uri, auth, env: {} };
  return { transport: createEngine().transport(), env: {} };
}

async function work(
  request: Request,
  options: ConnectOptions,
  answer: ServerSentEvents,
): Promise<void> {
  try {
    await run(request, options, answer);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The client may be what failed.
    await answer.send("failure", { message }).catch(() => {});
  }
  await answer.close().catch(() => {});
}

async function run(
  request: Request,
  options: ConnectOptions,
  answer: ServerSentEvents,
): Promise<void> {
  const { signal } = answer;
  const session = await connect({ ...options, signal });
  try {
    const task = await use(session, { pipeline, useExisting: true, ttl: 300 });
    const happenings = await events(session, task, {
      types: ["summary", "task"],
      overflow: "drop-oldest",
    });
    const forwarding = forward(happenings, answer);
    const target = await pipe(session, task, {
      mimeType: request.headers.get("content-type") ?? undefined,
      signal,
    });
    await request.body!.pipeTo(target);
    // The stream of events closes with the session.
    await close(session);
    await forwarding;
    await answer.send("result", await target.result);
  } finally {
    await close(session);
  }
}

async function forward(
  happenings: ReadableStream<StreamedEvent>,
  answer: ServerSentEvents,
): Promise<void> {
  for await (const event of happenings) {
    if (event.type === "gap") await answer.send("gap", { lost: event.lost });
    else await answer.send(event.event, event.body);
  }
}
