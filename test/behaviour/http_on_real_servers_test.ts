import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  addContext,
  addQuestion,
  chat,
  close,
  connect,
  createQuestion,
  firstAnswer,
  ping,
  send,
  type Session,
  use,
  ValidationException,
} from "@rocketride/streams";
import { httpTransport } from "@rocketride/streams/transport";
import { createEngine } from "@rocketride/streams/engine";
import { chosenPeer, peerBefore } from "../support/chosen_peer.ts";
import { DIGEST, QUESTIONS, TEXT } from "../support/pipelines.ts";

const KIB = 1024;

/** Work on a session over HTTP with a server that behaves like a real one. */
function onServer(
  name: string,
  work: (session: Session) => Promise<void>,
): void {
  for (const generation of ["1.0", "1.1"] as const) {
    Deno.test(`${name} (${generation})`, async () => {
      await using engine = createEngine();
      const seed = chosenPeer()?.seed ?? name;
      await using peer = peerBefore(engine, { seed, generation });
      const session = await connect({
        uri: peer.origin,
        auth: "key",
        env: {},
        transport: httpTransport(),
      });
      await work(session);
      await close(session);
    });
  }
}

onServer("text over HTTP arrives in one piece, and whole", async (session) => {
  const task = await use(session, { pipeline: TEXT });
  const texts = ["ä".repeat(150_000), "a line\n".repeat(30_000)];
  for (const text of [...texts, "x".repeat(1024 * KIB)]) {
    assertEquals((await send(session, task, text)).text, [`${text}\n\n`]);
  }
  const html = "<p>größe</p>\n".repeat(4_000);
  const options = { mimeType: "text/html", objinfo: { name: "größe 日.html" } };
  const { name, text } = await send(session, task, html, options);
  assertEquals([name, text], [options.objinfo.name, [`${html}\n\n`]]);
  await assertRejects(
    () => send(session, task, "x".repeat(1024 * KIB + 1)),
    ValidationException,
    "over HTTP",
  );
});

onServer("bytes over HTTP arrive under their name", async (session) => {
  const task = await use(session, { pipeline: DIGEST });
  const bytes = new Uint8Array(1_000_000).map((_, at) => at * 7 >> 3);
  const sha = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  for (const name of ["plain (1).bin", "größe 日.bin", "100%41.bin"]) {
    const result = await send(session, task, bytes, { objinfo: { name } });
    assertEquals(
      [result.name, result.metadata?.sha256],
      [name, sha.toHex()],
    );
  }
});

onServer(
  "a question over HTTP arrives in one piece, or is not sent",
  async (session) => {
    const task = await use(session, { pipeline: QUESTIONS });
    const asked = addQuestion(createQuestion(), "Warum ist das größer?");
    const short = addContext(asked, "ä".repeat(20_000));
    const result = await chat(session, task, short);
    assertEquals(firstAnswer(result), undefined);
    assert(JSON.stringify(result.questions).includes("ä".repeat(20_000)));
    await assertRejects(
      () => chat(session, task, addContext(asked, "x".repeat(300_000))),
      ValidationException,
      "over HTTP",
    );
  },
);

onServer("50 sends at once over HTTP all get a place", async (session) => {
  const task = await use(session, { pipeline: TEXT });
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, at) => send(session, task, `${at}`)),
  );
  assertEquals(
    results.map(({ text }) => text),
    results.map((_, at) => [`${at}\n\n`]),
  );
  assert(await ping(session) >= 0);
});
