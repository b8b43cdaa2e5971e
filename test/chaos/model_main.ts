/**
 * `deno task chaos:model [--cases=1000] [--seed=…] [--peer=memory]
 * [--path=… --replay=…]`: tries sessions against a model of them, so many cases
 * with each peer. A case that fails prints the command that repeats it.
 *
 * @module
 */
import { runDeno } from "../runner/deno_process.ts";
import { print, since } from "../runner/report.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { freshSeed, SEED_VARIABLE } from "../support/test_seed.ts";
import { PEER_KINDS } from "./model_line.ts";
import type { Tallies } from "./model_run.ts";

const DAY_MS = 86_400_000;

const options = new Map<string, string>();
for (const argument of Deno.args) {
  const [, name, value] = /^--(cases|seed|peer|path|replay)=(.+)$/s
    .exec(argument) ?? [];
  if (name === undefined) throw new Error(`Unknown option: ${argument}`);
  options.set(name, value!);
}

const seed = options.get("seed") ?? freshSeed();
const cases = Number(options.get("cases") ?? 1_000);
const peers = PEER_KINDS.filter((it) => it === (options.get("peer") ?? it));
let failed = 0;
await using folder = await tempFolder();
for (const peer of peers) {
  const start = performance.now();
  const log = `${folder.path}/${peer}`;
  const asked = {
    peer,
    cases,
    path: options.get("path"),
    replayPath: options.get("replay"),
    log,
  };
  const { code, output } = await runDeno(
    [
      "test",
      "--allow-all",
      "--quiet",
      "--no-check",
      "test/chaos/model_test.ts",
    ],
    {
      env: { [SEED_VARIABLE]: seed, CHAOS_MODEL: JSON.stringify(asked) },
      timeoutMs: DAY_MS,
    },
  );
  if (code === 0) {
    const tallies: Tallies = JSON.parse(await Deno.readTextFile(log));
    print(`${peer}: ${tallies.cases} cases, 0 failures (${since(start)})`);
    print(`  commands: ${shown(tallies.commands)}`);
    print(`  outcomes: ${shown(tallies.outcomes)}`);
  } else {
    failed++;
    print(`${peer}: failed (${since(start)})\n${output}`);
  }
}
print(`seed ${seed}: ${peers.length} peers, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);

function shown(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, count]) => `${name} ${count}`).join(", ");
}
