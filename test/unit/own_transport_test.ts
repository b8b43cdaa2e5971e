import { assert, assertEquals } from "@std/assert";
import { call } from "../../lib/session/call.ts";
import { close } from "../../lib/session/connection.ts";
import { connect } from "../../lib/session/connect.ts";
import type { ConnectOptions } from "../../lib/session/options.ts";
import { withTrace } from "../../lib/transport/trace.ts";
import type {
  Connection,
  ConnectionHandlers,
  Transport,
} from "../../lib/transport/transport.ts";
import { withHeartbeat } from "../../lib/transport/wrappers.ts";
import type { Message } from "../../schema/envelope.ts";
import { fakeClock } from "../support/fake_clock.ts";

/** A line whose members stand on its prototype, and use its private ones. */
class Line implements Connection {
  readonly uri: string = "own:line";
  readonly #handlers: ConnectionHandlers;
  readonly #failsToClose: boolean;
  cancelled = 0;

  constructor(handlers: ConnectionHandlers, failsToClose: boolean) {
    this.#handlers = handlers;
    this.#failsToClose = failsToClose;
  }

  send(message: Message): void {
    if (message.type !== "request" || message.command === "silence") return;
    const { seq, command } = message;
    queueMicrotask(() =>
      this.#handlers.onMessage({
        type: "response",
        seq: 1,
        request_seq: seq,
        command,
        success: true,
        body: { command },
      })
    );
  }

  cancel(): void {
    this.cancelled++;
  }

  close(): Promise<void> {
    if (this.#failsToClose) throw new Error("Cannot close");
    return Promise.resolve();
  }
}

/** A transport of the user's: a class, whose `dial` may return a line itself. */
class Own implements Transport {
  readonly #failsToClose: boolean;
  readonly #isAsync: boolean;
  lines: Line[] = [];

  constructor(isAsync = true, failsToClose = false) {
    this.#isAsync = isAsync;
    this.#failsToClose = failsToClose;
  }

  get name(): string {
    return "Own";
  }

  resolve(uri: string): URL {
    return new URL(uri);
  }

  dial(_url: URL, handlers: ConnectionHandlers): Promise<Connection> {
    const line = new Line(handlers, this.#failsToClose);
    this.lines.push(line);
    const opened = this.#isAsync ? Promise.resolve(line) : line;
    return opened as Promise<Connection>;
  }
}

/** Options of a session with a fake clock. */
function options(transport: Transport): ConnectOptions {
  const clock = fakeClock();
  return { uri: "own:line", auth: "key", env: {}, clock, transport };
}

for (const isAsync of [true, false]) {
  const how = isAsync ? "promises a line" : "returns a line itself";
  Deno.test(`a transport that is a class and ${how} is used, wrapped or not`, async () => {
    const seen: string[] = [];
    const wrap = (transport: Transport): Transport =>
      withTrace(withHeartbeat(transport), ({ kind }) => seen.push(kind));
    for (const make of [(it: Own) => it, wrap, (it: Own) => wrap(wrap(it))]) {
      const own = new Own(isAsync);
      const session = await connect(options(make(own)));
      assertEquals(await call(session, "x"), { command: "x" });
      const source = new AbortController();
      const { signal } = source;
      const given = call(session, "silence", {}, { signal }).catch((it) => it);
      source.abort("over");
      assertEquals(await given, "over");
      assertEquals(own.lines.map(({ cancelled }) => cancelled), [1]);
      await close(session);
    }
    // Two messages and their answers, and one that has none, of three traces.
    assertEquals(seen.filter((kind) => kind === "sent").length, 9);
    assertEquals(seen.filter((kind) => kind === "received").length, 6);
  });
}

Deno.test("a session ends also where its transport cannot close", async () => {
  const session = await connect(options(new Own(true, true)));
  const flying = call(session, "silence").catch(({ code }) => code);
  await close(session);
  assertEquals(await flying, "connection-closed");
  assert(session.signal.aborted);
  assert((await session.closed).clean);
});
