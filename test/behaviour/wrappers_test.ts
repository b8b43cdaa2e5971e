import { assert, assertEquals } from "@std/assert";
import {
  close,
  connect,
  ConnectionException,
  type ConnectOptions,
  isConnected,
  ping,
  PipeException,
  send,
  terminate,
  use,
  webSocketTransport,
} from "@rocketride/streams";
import {
  type Connection,
  httpTransport,
  type Transport,
  withHeartbeat,
  withTrace,
} from "@rocketride/streams/transport";
import { createEngine } from "@rocketride/streams/engine";
import { fakeClock } from "../support/fake_clock.ts";
import { TEXT } from "../support/pipelines.ts";
import { scriptedServer } from "../support/scripted_server.ts";
import { withServedEngine } from "../support/served_engine.ts";

type Wrapper = (transport: Transport) => Transport;

/** The wrappers of the library, and one as users write it. */
const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  trace: (transport) => withTrace(transport, () => {}),
  heartbeat: (transport) => withHeartbeat(transport),
  spread: (transport) => ({
    ...transport,
    async dial(url, handlers, options): Promise<Connection> {
      const connection = await transport.dial(url, { ...handlers }, options);
      return {
        ...connection,
        send: (message, payload) => connection.send(message, payload),
      };
    },
  }),
};

interface Order {
  readonly name: string;
  readonly wrap: Wrapper;
}

/** Every order of up to so many wrappers, each as often as one likes. */
function orders(most: number): Order[] {
  const all: Order[] = [{ name: "no wrapper", wrap: (it) => it }];
  let last = [{ name: "", wrap: (it: Transport): Transport => it }];
  for (let count = 0; count < most; count++) {
    last = last.flatMap((inner) =>
      Object.entries(WRAPPERS).map(([name, wrap]) => ({
        name: inner.name ? `${name} of ${inner.name}` : name,
        wrap: (it: Transport): Transport => wrap(inner.wrap(it)),
      }))
    );
    all.push(...last);
  }
  return all;
}

/** What every session does, whatever it is wrapped in. */
async function behaves(options: ConnectOptions): Promise<void> {
  const session = await connect({ auth: "key", env: {}, ...options });
  assert(await ping(session) >= 0);
  const task = await use(session, { pipeline: TEXT });
  const { text } = await send(session, task, "Hello");
  assertEquals(text, ["Hello\n\n"]);
  const error = await send(session, "tk_none", "Hello").catch((it) => it);
  assert(error instanceof PipeException, String(error));
  assert(isConnected(session));
  await terminate(session, task);
  await close(session);
  assertEquals((await session.closed).clean, true);
}

Deno.test("wrappers compose in any order and number over every transport", async () => {
  await withServedEngine({}, async ({ engine, origin: uri }) => {
    const ways: readonly (() => ConnectOptions & { transport: Transport })[] = [
      () => ({ transport: engine.transport() }),
      () => ({ uri, transport: webSocketTransport() }),
      () => ({ uri, transport: httpTransport({ streaming: true }) }),
    ];
    for (const way of ways) {
      for (const { name, wrap } of orders(3)) {
        const { transport, ...options } = way();
        const wrapped = wrap(transport);
        assertEquals(wrapped.name, transport.name, name);
        assertEquals(wrapped.connectionless, transport.connectionless, name);
        await behaves({ ...options, transport: wrapped });
      }
    }
  });
});

Deno.test("a session over HTTP lives on after the network failed, whatever wraps its transport", async () => {
  await using engine = createEngine();
  for (const { name, wrap } of orders(3)) {
    let broken = false;
    const session = await connect({
      uri: "http://localhost",
      auth: "key",
      env: {},
      transport: wrap(httpTransport({
        fetch: async (input, init) => {
          if (broken) throw new TypeError("network");
          return await engine.fetch(new Request(input, init));
        },
      })),
    });
    broken = true;
    const error = await ping(session).catch((it) => it);
    assert(error instanceof ConnectionException, name);
    assertEquals([error.sent, error.retryable], [true, true]);
    broken = false;
    assert(isConnected(session), name);
    assert(await ping(session) >= 0, name);
    await close(session);
  }
});

Deno.test("a healthy session that is idle lives, however many heartbeats it has", async () => {
  await using engine = createEngine();
  for (const { name, wrap } of orders(3)) {
    const clock = fakeClock();
    const session = await connect({
      auth: "key",
      env: {},
      clock,
      transport: wrap(engine.transport()),
    });
    await clock.advance(300_000);
    assert(isConnected(session), name);
    assert(await ping(session) >= 0, name);
    await close(session);
  }
});

Deno.test("each heartbeat of a session notices when its server falls silent", async () => {
  for (const { name, wrap } of orders(2)) {
    const clock = fakeClock();
    await using server = scriptedServer();
    const session = await connect({
      ...server.target("memory"),
      clock,
      transport: wrap(server.transport()),
    });
    await clock.advance(60_000);
    assert(isConnected(session), name);
    (await server.line()).mute();
    await clock.advance(60_000);
    assertEquals((await session.closed).code, 1006, name);
  }
});
