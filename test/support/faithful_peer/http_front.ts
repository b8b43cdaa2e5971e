import {
  type EngineConnection,
  engineConnection,
} from "./engine_connection.ts";
import type { Front } from "./front.ts";
import { gate } from "./gate.ts";
import { type HttpObject, objectsOf } from "./http_objects.ts";
import { type Answer, failure } from "./answer.ts";

const DATA_PATHS = new Set(["/task/data", "/webhook", "/task/process"]);
/** In the framework, but not among the routes of the server. */
const NO_PATHS = new Set(["/ping", "/pipe/validate"]);
/** Where the server's own requests to itself come from. */
const LOOPBACK = "loopback";

/**
 * Answer an HTTP request as a server does: by a socket of its own to itself,
 * which needs one of the places of the loopback address until it has logged
 * in.
 */
export async function serveHttp(
  front: Front,
  request: Request,
  info: unknown,
): Promise<Response> {
  const url = new URL(request.url);
  if (request.method === "OPTIONS") return front.engine.fetch(request, info);
  if (NO_PATHS.has(url.pathname)) {
    await request.body?.cancel();
    const { headers } = request;
    const nowhere = new Request(new URL("/nowhere", url), { headers });
    return front.engine.fetch(nowhere, info);
  }
  if (!url.pathname.startsWith("/task") && url.pathname !== "/webhook") {
    await front.pace.pause();
    return front.engine.fetch(request, info);
  }
  const leave = front.places.take(LOOPBACK);
  if (!leave) {
    await request.body?.cancel();
    return fault("server rejected WebSocket connection: HTTP 403");
  }
  try {
    await front.pace.turn();
  } finally {
    leave();
  }
  const credential = request.headers.get("authorization");
  if (!DATA_PATHS.has(url.pathname) || credential === null) {
    const response = await front.engine.fetch(request, info);
    await front.pace.pause();
    return response;
  }
  const given = credential.replace(/^Bearer /, "");
  const auth = front.tasks.ofPublicToken(given)?.token ?? given;
  const caller = engineConnection(front.engine);
  try {
    // In process the engine would let anybody in who says nothing.
    const login = auth !== "" && await caller.request("auth", { auth });
    if (!login || login.success === false) {
      // The engine has the words for it.
      await request.body?.cancel();
      const { headers } = request;
      const status = new Request(new URL("/status", url), { headers });
      return await front.engine.fetch(status, info);
    }
    const token = /^tk_/.test(auth) ? auth : url.searchParams.get("token");
    return await receive({ front, caller, token: token ?? "" }, request);
  } finally {
    caller.close();
  }
}

/** Who sends objects, and where to. */
interface Sender {
  readonly front: Front;
  readonly caller: EngineConnection;
  readonly token: string;
}

async function receive(sender: Sender, request: Request): Promise<Response> {
  const objects = await objectsOf(sender.front.random, request);
  if (typeof objects === "string") return json(400, { detail: objects });
  const resultTypes: Record<string, unknown> = {};
  const results: Record<string, unknown> = {};
  let objectsCompleted = 0;
  await Promise.all(objects.map(async (object) => {
    const { success, body, message } = await put(sender, object);
    const { result_types, ...rest } = body ?? {};
    Object.assign(resultTypes, result_types);
    if (success) objectsCompleted++;
    results[object.key] = success ? { ...rest, status: "OK" } : {
      status: "Error",
      error: { message, file: "data.py", lineno: 196 },
      metrics: null,
      warnings: null,
    };
  }));
  return json(200, {
    status: "OK",
    data: {
      objectsRequested: objects.length,
      objectsCompleted,
      resultTypes,
      objects: results,
    },
  });
}

async function put(
  { front, caller, token }: Sender,
  object: HttpObject,
): Promise<Answer> {
  try {
    const refused = await gate(caller, token);
    if (refused) return refused;
    return await throughPipe(front, token, object);
  } catch (error) {
    return failure(error instanceof Error ? error.message : `${error}`);
  } finally {
    await object.end();
  }
}

/** One object: open, a write for each chunk, close. */
async function throughPipe(
  front: Front,
  token: string,
  { mimeType, name, size, chunks }: HttpObject,
): Promise<Answer> {
  const { channel } = front.tasks.get(token);
  const { pace } = front;
  const object = size ? { name, size } : { name };
  const opened = await channel.process({
    subcommand: "open",
    object,
    mimeType,
  });
  if (!opened.success) return opened;
  // A failed open gives no number. The server does not look at it.
  const pipe_id = opened.body?.pipe_id;
  try {
    for await (const data of chunks) {
      await pace.pause();
      await channel.process({ subcommand: "write", pipe_id, data });
    }
  } catch (error) {
    await channel.process({ subcommand: "close", pipe_id });
    throw error;
  }
  await pace.pause();
  return await channel.process({ subcommand: "close", pipe_id });
}

function fault(message: string): Response {
  const error = { message, file: "task_data.py", lineno: 480 };
  return json(400, { status: "Error", error });
}

function json(status: number, body: unknown): Response {
  const headers = {
    "content-type": "application/json",
    "access-control-allow-origin": "*",
  };
  return new Response(JSON.stringify(body), { status, headers });
}
