import { isRecord } from "../../schema/json.ts";
import { ConnectionException, ValidationException } from "../errors.ts";
import type { Answer, HttpAsk } from "./_http_ask.ts";

type Args = Readonly<Record<string, unknown>>;

/** The commands that HTTP has a path for, besides data (protocol §10.3). */
export const HTTP_COMMANDS: Readonly<
  Record<string, (ask: HttpAsk, args: Args) => Promise<Answer>>
> = {
  auth: login,
  deauth: () => Promise.resolve({}),
  execute: start,
  terminate: (ask, { token }) =>
    ask({ method: "DELETE", path: "/task", query: { token } }),
  rrext_get_task_status: (ask, { token }) =>
    ask({ method: "GET", path: "/task", query: { token } }),
  rrext_services: (ask, { service }) =>
    ask({ method: "GET", path: "/services", query: { service } }),
  rrext_ping: (ask) => ask({ method: "GET", path: "/version" }),
  rrext_public_probe: (ask) => ask({ method: "GET", path: "/version" }),
  rrext_validate: (ask, { pipeline, source }) =>
    ask({
      method: "POST",
      path: "/pipe/validate",
      query: { source },
      body: JSON.stringify(pipeline),
      headers: { "content-type": "application/json" },
    }),
};

/** What `execute` can say on a socket, and a path has no place for. */
const NOT_CARRIED = ["useExisting", "ttl", "args", "teamId"];

/**
 * Refuse what HTTP has no place for, before any traffic.
 *
 * @throws {ValidationException} It has none.
 */
export function checkCarried(command: string, args: Args): void {
  const known = command === "rrext_process" ||
    Object.hasOwn(HTTP_COMMANDS, command);
  if (!known) throw notCarried(`"${command}"`);
  if (command !== "execute") return;
  for (const name of NOT_CARRIED) {
    const value = args[name];
    if (value !== undefined && value !== false) throw notCarried(`"${name}"`);
  }
}

function notCarried(what: string): ValidationException {
  return new ValidationException(`Cannot send ${what} over HTTP`, {
    code: "not-supported",
    hint: "Use webSocketTransport(), which is the default",
  });
}

/** What those get whose credential is not good (protocol §10.1). */
const STRANGER: ReadonlySet<number | undefined> = new Set([
  undefined, // no header can carry it
  400,
  401,
  403,
  422,
]);

/**
 * No path logs in. One that wants a credential tells whether it is good: a
 * stranger gets 401 there, whatever the path. Any other failure says nothing
 * about the credential, for example that of a proxy whose engine restarts
 * (field F35).
 *
 * @throws {ConnectionException} There was another failure.
 */
async function login(ask: HttpAsk, { auth }: Args): Promise<Answer> {
  ask.credential = typeof auth === "string" ? auth : "";
  if (ask.credential === "") return {};
  const answer = await ask({ method: "GET", path: "/status" });
  const { error, status } = answer;
  // An engine without that path has let us look for it.
  if (error === "Not Found" || error === undefined) return {};
  if (STRANGER.has(status)) return answer;
  throw new ConnectionException(error, {
    code: "connection-failed",
    sent: true,
    retryable: true,
    hint: "No engine answered there: check the address, or try again later",
  });
}

async function start(
  ask: HttpAsk,
  { pipeline, pipelineTraceLevel, source, threads, token }: Args,
): Promise<Answer> {
  const chosen = source !== undefined && isRecord(pipeline)
    ? { ...pipeline, source }
    : pipeline;
  return await ask({
    method: "POST",
    path: "/task",
    query: { token, threads, trace: pipelineTraceLevel },
    body: JSON.stringify(chosen),
    headers: { "content-type": "application/json" },
  });
}
