import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { pipe } from "../../lib/pipe/data_pipe.ts";
import { ConnectionException } from "../../lib/errors.ts";
import {
  close,
  isConnected,
  setConnectionParams,
} from "../../lib/session/connection.ts";
import { connect } from "../../lib/session/connect.ts";
import type { Session } from "../../lib/session/session.ts";
import { fakeClock } from "../support/fake_clock.ts";
import {
  type ScriptedLine,
  scriptedServer,
  silent,
} from "../support/scripted_server.ts";

/** How a line may go away. */
const ENDS: Readonly<
  Record<string, (session: Session, line: ScriptedLine) => unknown>
> = {
  "is lost": (_, line) => line.close(4_000),
  "moves": (session) => setConnectionParams(session, { auth: "another" }),
};

for (const [what, end] of Object.entries(ENDS)) {
  Deno.test(`a pipe whose line ${what} in any turn of its opening does not write to the next line`, async () => {
    const opened = new Set<boolean>();
    for (let turns = 0; turns < 24; turns++) {
      const clock = fakeClock();
      await using server = scriptedServer({ rrext_process: silent });
      const session = await connect({
        ...server.target("memory"),
        persist: true,
        heartbeat: false,
        clock,
      });
      const opening = pipe(session, "task", { mimeType: "text/plain" });
      const failed = opening.then(async (target) => {
        const writer = target.getWriter();
        writer.closed.catch(() => {});
        writer.write("lost").catch(() => {});
        writer.close().catch(() => {});
        await target.result;
      }).catch((error) => error);
      const request = await server.received("rrext_process open");
      const line = await server.line();
      line.reply(request, { pipe_id: 0 });
      for (let turn = 0; turn < turns; turn++) await null;
      const gone = end(session, line);
      opened.add(
        await opening.then(() => true, (error) => {
          assertInstanceOf(error, ConnectionException);
          return false;
        }),
      );
      await clock.advance(20_000);
      await gone;
      assert(isConnected(session));
      assertInstanceOf(await failed, ConnectionException);
      const next = await server.line(1);
      assertEquals(next.requests.map(({ command }) => command), ["auth"]);
      const closing = close(session);
      await clock.advance(5_000);
      await closing;
      assertEquals(clock.timers, 0);
    }
    // The turns were enough to be too late, and too early.
    assertEquals(opened.size, 2);
  });
}
