// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * All benchmarks, against the embedded engine in a second process on
 * loopback: `deno task bench`; or those that are named, as in
 * `deno task bench files`.
 *
 * @module
 */
import { close, connect } from "@rocketride/streams";
import { BareSocket } from "./bare_socket.ts";
import { pings, sendLatency, sends } from "./calls.ts";
import { files } from "./files.ts";
import { ROUNDS } from "./measure.ts";
import { pipeThroughput } from "./pipe_throughput.ts";
import { table } from "./report.ts";
import { startServer } from "./server_process.ts";
import { store } from "./store.ts";

const server = await startServer();
const session = await connect({ uri: server.uri, auth: "bench", env: {} });
const bare = await BareSocket.open(server.uri);
try {
  const { deno, v8 } = Deno.version;
  console.log(`Deno ${deno}, V8 ${v8}, ${navigator.hardwareConcurrency} cores`);
  console.log(`Medians of ${ROUNDS} rounds, both contenders in turn\n`);
  const rows = [];
  const groups = { files, store, pipeThroughput, sends, sendLatency, pings };
  for (const [name, group] of Object.entries(groups)) {
    if (Deno.args.length > 0 && !Deno.args.includes(name)) continue;
    rows.push(...await group(session, bare));
  }
  console.log(table(rows));
} finally {
  await close(session);
  await bare.close();
  await server.stop();
}
