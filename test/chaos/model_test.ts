import { PEER_KINDS, type PeerKind } from "./model_line.ts";
import { type ModelRun, runModel } from "./model_run.ts";

/** How many cases of each peer a run of all tests has. */
const CASES: Readonly<Record<PeerKind, number>> = {
  memory: 200,
  socket: 100,
  "1.0": 40,
  "1.1": 40,
};

/** What `deno task chaos:model` asks for. */
const asked: Partial<ModelRun> & { log?: string } = JSON.parse(
  Deno.env.get("CHAOS_MODEL") ?? "{}",
);

for (const peer of PEER_KINDS) {
  Deno.test({
    name: `any use of a session keeps what it promises (${peer})`,
    ignore: peer !== (asked.peer ?? peer),
    async fn(): Promise<void> {
      const tallies = await runModel({ cases: CASES[peer], ...asked, peer });
      if (!asked.log) return;
      const line = JSON.stringify({ peer, ...tallies });
      await Deno.writeTextFile(asked.log, `${line}\n`, { append: true });
    },
  });
}
