import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { databaseNode } from "../support/database_node.ts";
import { DOCUMENTED } from "../support/documented_names.ts";
import {
  hasPython,
  installPython,
  runPython,
} from "../support/python_packages.ts";
import { withServedEngine } from "../support/served_engine.ts";

/** What came of a call: the names of what it returned, or a failure. */
interface Called {
  readonly ok?: unknown;
  readonly failed?: string;
  /** What the client declares of it, and it does not have. */
  readonly absent?: readonly string[];
}

/** Why methods cannot succeed here, and the methods. */
const EXCEPTIONS: readonly (readonly [why: RegExp, names: RegExp])[] = [
  // Accounts and payments are of the cloud; variables are not.
  [/ Account management requires SaaS mode$/, /^billing\./],
  [
    / Account management requires SaaS mode$/,
    /^account\.(?!(get_env|set_env|get_environment_keys)$)/,
  ],
  // So are the build and the publication of apps.
  [
    / Publishing apps requires SaaS mode$/,
    /^(deploy\.add_app|\w+_app(_publish)?|build_log|list_deployments)$/,
  ],
  // There is no Python to profile.
  [/ Profiling is not available .* no Python$/, /^cprofile_(?!status$)/],
  // It raises what it is given.
  [/^ValueError: no$/, /^raise_exception$/],
];

const PAGE = ["rows", "total", "page", "pageSize"];
const LOG = [
  "chapters",
  "segments",
  "startTime",
  "endTime",
  "horizonSeq",
  "completed",
];
const DEPLOYMENT = [
  "teamId",
  "projectId",
  "version",
  "state",
  "pipelineName",
  "schedules",
  "createdAt",
  "createdBy",
  "updatedAt",
  "updatedBy",
  "deployedAt",
  "sha256",
  "publishedAt",
  "publishedBy",
];
const ARTIFACT = [
  "version",
  "sha256",
  "bytes",
  "pipelineName",
  "publishedBy",
  "publishedAt",
  "comment",
];
const PROFILE = [
  "userToken",
  "userId",
  "displayName",
  "email",
  "organization",
  "organizations",
  "devTeam",
  "defaultTeam",
  "sysPermissions",
  "credits",
  "waitlisted",
  "apps",
  "capabilities",
];
const CONNECTION = [
  "id",
  "connectedAt",
  "authenticated",
  "clientId",
  "userId",
  "userName",
  "orgId",
  "orgName",
  "clientInfo",
  "monitors",
  "attachedTasks",
];

/** Methods that are not on the page for users of that client, and why. */
const OFF_THE_PAGE: readonly (readonly [why: string, methods: RegExp])[] = [
  [
    "they make messages that servers send",
    /^build_(error|event|exception|response)$/,
  ],
  ["it makes a response of HTTP", /^get_web_response$/],
  ["the client calls it itself", /^on_receive$/],
  ["it raises what it is given", /^raise_exception$/],
];

/** Why results lack what the client declares of them, and what that is. */
const ABSENT: readonly (readonly [why: string, members: RegExp])[] = [
  ["an engine has no apps", /\.apps\[\]$/],
  ["an engine shows no part of a key", /\.connections\[\]\.apikey$/],
  ["the same, in a list", /^list_connections\.rows\[\]\.apikey$/],
  ["it is the pipeline as it was published", /^deploy\.artifact\./],
  ["only what is no schedule has an error", /^deploy\.preview\.error$/],
  ["nothing was deleted", /^log\.read\.truncatedAtSeq$/],
  ["no object is on its way", /^get_traces\.open\[\]$/],
  ["not all nodes have lanes", /^get_services\.services\.\*\.input\[\]$/],
  ["not all nodes invoke others", /^get_services?\b.*\.invoke\b/],
  ["the client makes it itself", /^get_trace\.summary\./],
  ["the client declares one result for a list", /^send_files$/],
];

/** Classes that wait, and that a program calls nothing of. */
const UNCALLED = [
  // They are what the client connects through.
  "TransportBase",
  "TransportWebSocket",
  // It is of the command.
  "_Interrupt",
];

/** The members that the client reads of what methods return, `[]` for rows. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  "connect": PROFILE,
  "get_account_info": PROFILE,
  "get_server_info": ["version", "capabilities", "platform", "endpoints"],
  "get_services": ["services", "icons", "version"],
  "get_service": ["title", "protocol", "classType", "lanes", "shape"],
  "resolve_config": ["provider", "profile", "resolved", "dropped"],
  "validate": ["pipeline", "errors", "warnings"],
  "get_task_status": ["name", "state", "completed", "metrics", "tokens"],
  "get_tasks[]": ["name", "source", "token", "status", "pipeline", "runKind"],
  "get_dashboard": ["overview", "connections", "tasks"],
  "list_connections": PAGE,
  "list_connections.rows[]": CONNECTION,
  "list_tasks": PAGE,
  "list_tasks.rows[]": ["id", "name", "projectId", "source", "runKind"],
  "LogEventStream.get_status": [
    "componentStats",
    "slowestDocs",
    "completionSeconds",
    "idleSeconds",
    "idleLongestSeconds",
    "idleLongestAt",
  ],
  "LogEventStream.get_chapters[]": [
    "beginTime",
    "beginSeq",
    "endTime",
    "outcome",
    "traceLevel",
  ],
  "LogEventStream.get_traces": ["open", "closed"],
  "LogEventStream.get_trace": ["summary", "events"],
  "log.chapters": LOG,
  "log.chapters.segments[]": [
    "id",
    "seq",
    "startTime",
    "endTime",
    "chapterStart",
  ],
  "log.streams.streams[]": [
    ...LOG,
    "teamId",
    "teamName",
    "runKind",
    "ownerKind",
  ],
  "log.read": ["events"],
  "log.segment": ["segment", "offset", "data", "size", "nextOffset", "final"],
  "log.delete": ["deletedSegments"],
  "database.begin_transaction": ["session_id"],
  "database.query": ["rows", "affected_rows"],
  "deploy.add": ["artifact"],
  "deploy.add.artifact": ARTIFACT,
  "deploy.versions": PAGE,
  "deploy.versions.rows[]": ARTIFACT,
  "deploy.history": PAGE,
  "deploy.history.rows[]": [
    "seq",
    "at",
    "action",
    "teamId",
    "version",
    "actor",
  ],
  "deploy.list": PAGE,
  "deploy.list.rows[]": DEPLOYMENT,
  "deploy.deploy": DEPLOYMENT,
  "deploy.get": DEPLOYMENT,
  "deploy.set_schedule": DEPLOYMENT,
  "deploy.run": ["token", "version"],
  "deploy.preview": ["valid", "next"],
  "deploy.artifact": ["project_id", "components"],
  "fs_read_many[]": ["path", "ok", "data", "error"],
  "use": ["id", "token", "publicToken", "projectId", "source", "provider"],
};

const python = await hasPython();
const missing = python ? "" : " (skipped: no Python with pip here)";

Deno.test({
  name:
    `every method of the official Python client 1.5.0 works with the engine${missing}`,
  ignore: !python,
  fn: () =>
    withServedEngine(
      { auth: ["secret"], nodes: [databaseNode()] },
      async ({ origin }) => {
        const packages = await installPython("rocketride==1.5.0");
        const program = `${import.meta.dirname}/every_method.py`;
        const uri = origin.replace("http", "ws");
        const printed = await runPython(packages, [program, uri]);
        const { played, uncalled, ...calls } = JSON.parse(printed) as
          & Record<string, Called>
          & { readonly played: unknown; readonly uncalled: unknown };
        assertGreaterOrEqual(Object.keys(calls).length, 184);
        // The stream of the log gave each event once, in order, and went on with
        // what was sent.
        assertEquals(played, { past: true, rises: true, lost: [] });
        const unexpected = Object.entries(calls).filter(
          ([name, { failed }]) => {
            const reasons = EXCEPTIONS.filter(([, names]) => names.test(name))
              .map(([why]) => why);
            return failed === undefined
              ? isRefusedHere(name)
              : !reasons.some((why) => why.test(failed));
          },
        );
        assertEquals(unexpected, []);
        const unexplained = Object.keys(calls).filter((path) =>
          !isOnPage(path) && !OFF_THE_PAGE.some(([, it]) => it.test(path))
        );
        assertEquals(unexplained, []);
        // Nor is there anything else to call.
        assertEquals(uncalled, UNCALLED);
        const absent = Object.values(calls).flatMap((it) => it.absent ?? []);
        const excused = (path: string): boolean =>
          ABSENT.some(([, members]) => members.test(path));
        assertEquals(absent.filter((it) => !excused(it)), []);
        const idle = ABSENT.filter(([, members]) =>
          !absent.some((it) => members.test(it))
        );
        assertEquals(idle, []);
        for (const [path, members] of Object.entries(FIELDS)) {
          const found = Object.keys(Object(at(calls, path)));
          const absent = members.filter((name) => !found.includes(name));
          assertEquals(absent, [], path);
        }
      },
    ),
});

const PAGE_NAMES = Object.values(DOCUMENTED).flat();

/** Whether the page has a method, by its path or its name, or a part of it. */
function isOnPage(path: string): boolean {
  const name = path.slice(path.lastIndexOf(".") + 1);
  return [path, name].some((it) =>
    PAGE_NAMES.some((there) => there === it || there.startsWith(`${it}(`))
  );
}

/** Whether a method is among the exceptions though it can succeed. */
function isRefusedHere(name: string): boolean {
  // Some of these work on the files of the caller's machine alone.
  if (/^(create|verify)_app$|^deploy\./.test(name)) return false;
  return EXCEPTIONS.some(([, names]) => names.test(name));
}

/** What a method returned, or the part of that which a path leads to. */
function at(calls: Readonly<Record<string, Called>>, path: string): unknown {
  const names = Object.keys(calls).filter((name) =>
    path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`)
  ).sort((a, b) => b.length - a.length);
  assert(names[0] !== undefined, `no method for ${path}`);
  const rest = path.slice(names[0].length).match(/\w+|\[\]/g) ?? [];
  return rest.reduce<unknown>(
    (value, name) => Object(value)[name === "[]" ? 0 : name],
    calls[names[0]]!.ok,
  );
}
