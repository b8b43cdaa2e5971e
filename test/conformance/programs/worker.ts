/**
 * Runs the cases in a Worker, one request each, and tells what becomes of a
 * case in the answer. All entries of the library are imported here, at the top,
 * where a Worker must do no I/O: else it would not even start.
 */
import * as streams from "../../../mod.ts";
import * as admin from "../../../lib/admin/mod.ts";
import * as engine from "../../../lib/engine/mod.ts";
import * as store from "../../../lib/store/mod.ts";
import * as schema from "../../../schema/mod.ts";
import { CASES } from "../cases/mod.ts";
import type { CaseReport, Places } from "../case.ts";
import { runCases } from "../run_cases.ts";
import { textOf } from "../text_of.ts";
import {
  answerWithStream,
  closeLate,
  type Context,
  echo,
  leaveOpen,
} from "./requests.ts";

export { EngineHost } from "./engine_host.ts";
export { SessionKeeper } from "./session_keeper.ts";

/** A kind of Durable Objects. */
interface Namespace {
  idFromName(name: string): unknown;
  get(id: unknown): { fetch(request: Request): Promise<Response> };
}

interface Env {
  readonly KEEPER: Namespace;
  readonly ENGINE: Namespace;
}

const unhandled: string[] = [];

addEventListener("unhandledrejection", (event) => {
  unhandled.push(textOf(event.reason));
});

export default {
  async fetch(request: Request, env: Env, context: Context): Promise<Response> {
    try {
      return await answer(request, env, context);
    } catch (error) {
      return Response.json({ error: textOf(error) });
    }
  },
};

async function answer(
  request: Request,
  env: Env,
  context: Context,
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  switch (pathname) {
    case "/imports":
      return Response.json({ value: imports() });
    case "/case":
      return Response.json(await runCase(await request.json()));
    case "/echo":
      return Response.json({ value: await echo(searchParams) });
    case "/late":
      return await closeLate(searchParams, context);
    case "/leave":
      return await leaveOpen(searchParams);
    case "/stream":
      return await answerWithStream(searchParams);
    case "/keeper":
      return await askObject(env.KEEPER, searchParams.get("object"), request);
    case "/unhandled":
      return Response.json({ value: unhandled });
    default: // the paths of an engine
      return await askObject(env.ENGINE, "engine", request);
  }
}

function askObject(
  namespace: Namespace,
  name: string | null,
  request: Request,
): Promise<Response> {
  return namespace.get(namespace.idFromName(name ?? "")).fetch(request);
}

/** How the entries are known: by something that each of them exports. */
function imports(): Record<string, string> {
  return {
    streams: typeof streams.connect,
    schema: typeof schema.isRecord,
    admin: typeof admin.createKey,
    store: typeof store.readFile,
    engine: typeof engine.createEngine,
  };
}

interface CaseRequest {
  readonly name: string;
  readonly places: Places;
}

async function runCase({ name, places }: CaseRequest): Promise<CaseReport> {
  const reports: CaseReport[] = [];
  const cases = CASES.filter((one) => one.name === name);
  await runCases(cases, places, (report) => reports.push(report));
  const [report] = reports;
  return report ?? { name, error: "No such case", ms: 0 };
}
