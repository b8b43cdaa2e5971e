/** What a program did. */
export interface Played {
  /** All that it printed. */
  readonly printed: string;
  /** Why it failed; empty when it did not. */
  readonly failure: string;
}

/** Tells a process the address of its engine. */
export const ENGINE_VARIABLE = "STAGE_ENGINE";

/**
 * Prepares a runtime: sockets to the cloud go to an engine, `example.com`
 * answers with a small file, and values are printed in the same way everywhere.
 */
const STAGE = `export function stage(engine, print) {
  const RealWebSocket = globalThis.WebSocket;
  globalThis.WebSocket = class extends RealWebSocket {
    constructor(url) {
      const isCloud = new URL(url).hostname.endsWith("rocketride.ai");
      super(isCloud ? engine : url);
    }
  };
  const realFetch = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const url = String(input instanceof Request ? input.url : input);
    return url.startsWith("https://example.com/")
      ? Promise.resolve(new Response("id,name\\n1,Ada\\n"))
      : realFetch(input, init);
  };
  const shown = (value) =>
    typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
  console.log = (...values) => print(values.map(shown).join(" "));
}
`;

const PRELOAD = `import { stage } from "./stage.mjs";
stage(process.env.${ENGINE_VARIABLE}, console.log);
`;

const PLAY = `import { stage } from "./stage.mjs";
import { programs } from "./programs.mjs";
export async function play({ file, engine }) {
  const lines = [];
  stage(engine, (line) => lines.push(line + "\\n"));
  let failure = "";
  try {
    await programs[file]();
  } catch (error) {
    failure = String(error?.stack ?? error);
  }
  return { printed: lines.join(""), failure };
}
`;

const WORKER = `import { play } from "./play.mjs";
export default {
  async fetch(request) {
    return Response.json(await play(await request.json()));
  },
};
`;

/** Plays one program, tells what it did, and goes on to the next. */
const PAGE = `import { play } from "./play.mjs";
const failures = [];
addEventListener("unhandledrejection", ({ reason }) => failures.push(reason));
const job = await (await fetch("/job")).json();
if (job) {
  const played = await play(job);
  await fetch("/played", {
    method: "POST",
    body: JSON.stringify({
      printed: played.printed,
      failure: played.failure + failures.join(),
    }),
  });
  location.reload();
}
`;

/**
 * The modules that run programs of a project, by path.
 *
 * `preload.mjs` prepares a process. `worker.mjs` and `page.mjs` are to be
 * bundled; they run the programs that are given.
 *
 * @param files The files of those programs.
 */
export function stageModules(
  files: readonly string[],
): Readonly<Record<string, string>> {
  const loaders = files.map((file) => {
    const [name, path] = [JSON.stringify(file), JSON.stringify(`./${file}`)];
    return `  ${name}: () => import(${path}),\n`;
  });
  return {
    "stage.mjs": STAGE,
    "preload.mjs": PRELOAD,
    "play.mjs": PLAY,
    "programs.mjs": `export const programs = {\n${loaders.join("")}};\n`,
    "worker.mjs": WORKER,
    "page.mjs": PAGE,
  };
}
