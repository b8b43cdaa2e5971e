/** Shows whatever it can of a session, or fails without a handler. */
// deno-lint-ignore no-external-import -- what all three runtimes have
import process from "node:process";
import { connect, send, use } from "@rocketride/streams";
import { httpTransport } from "@rocketride/streams/transport";
import {
  AUTH,
  ENV,
  PAYLOAD,
  PIPELINE,
  WRONG,
} from "../../support/canary/plants.ts";
import { echoServer, runCanary } from "../../support/canary/run.ts";

const [what = "", uri = ""] = process.argv.slice(2);

/** Ends of programs that nobody handles. */
const UNCAUGHT: Readonly<Record<string, () => Promise<unknown>>> = {
  "a wrong key": () => connect({ uri, auth: WRONG, env: ENV }),
  "a wrong key over HTTP": () =>
    connect({ uri, auth: WRONG, env: ENV, transport: httpTransport() }),
  "a pipeline that cannot start": async () => {
    const session = await connect({ uri, auth: AUTH, env: ENV });
    await use(session, { pipeline: PIPELINE });
  },
  "a request that the network fails": async () => {
    const transport = httpTransport({
      fetch: (input, init) =>
        String(input).includes("token=")
          ? fetch(String(input).replace(/:\d+\//, ":1/"), init)
          : fetch(input, init),
    });
    const session = await connect({ uri, auth: AUTH, env: ENV, transport });
    await send(session, `tk_${WRONG}`, PAYLOAD, { mimeType: "text/plain" });
  },
  "a server that repeats what it was sent": async () => {
    const transport = echoServer();
    const session = await connect({ transport, auth: AUTH, env: ENV });
    await use(session, { pipeline: { ...PIPELINE, components: [] } });
  },
  "something thrown with a session": async () => {
    const session = await connect({ uri, auth: AUTH, env: ENV });
    throw Object.assign(new Error("mine"), { session });
  },
};

if (what === "run") {
  const report = await runCanary();
  process.stdout.write(`${JSON.stringify(report)}\n`);
} else if (what === "print") {
  const session = await connect({ uri, auth: AUTH, env: ENV });
  // deno-lint-ignore no-console -- it is what is tried
  console.log(session, [session], { session }, JSON.stringify(session));
  // deno-lint-ignore no-console -- it is what is tried
  console.dir(session, { depth: 12, showHidden: true });
  process.exit();
} else await UNCAUGHT[what]!();
