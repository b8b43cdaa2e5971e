import { assert, assertEquals } from "@std/assert";
import { createEngine } from "../../lib/engine/engine.ts";
import type { Pipeline } from "../../schema/pipeline.ts";
import { faithfulPeer } from "../support/faithful_peer/faithful_peer.ts";
import { QUESTIONS, TEXT } from "../support/pipelines.ts";
import { type Body, rawSocket } from "../support/raw_client.ts";

interface Answer {
  readonly status: number;
  readonly body: Body;
}

type Ask = (
  method: string,
  path: string,
  body?: BodyInit | null,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

async function withPeer(
  test: (ask: Ask, origin: string) => Promise<void>,
): Promise<void> {
  const engine = createEngine();
  await using peer = faithfulPeer(engine, { seed: "a seed" });
  await test(async (method, path, body = null, headers = {}) => {
    const response = await fetch(`${peer.origin}${path}`, {
      method,
      body,
      headers: { authorization: "Bearer key", ...headers },
    });
    return { status: response.status, body: await response.json() };
  }, peer.origin);
}

async function start(ask: Ask, pipeline: Pipeline): Promise<string> {
  const { body } = await ask("POST", "/task", JSON.stringify(pipeline));
  return `/task/data?token=${body.data.token}`;
}

const PLAIN = { "content-type": "Text/Plain; charset=utf-8" };

Deno.test("each chunk of the network is a write: ASCII gets blank lines, characters are lost", () =>
  withPeer(async (ask) => {
    const path = await start(ask, TEXT);
    const ascii = await ask("POST", path, "abcdefgh", PLAIN);
    assertEquals(ascii.body.data.objectsCompleted, 1);
    const { text, status } = ascii.body.data.objects.body;
    assertEquals(status, "OK");
    assert(text[0] !== "abcdefgh\n\n", text[0]);
    assertEquals(text[0].replaceAll("\n\n", ""), "abcdefgh");
    const umlauts = "ä".repeat(50_000);
    let lost = 0;
    for (let time = 0; time < 5; time++) {
      const { body } = await ask("POST", path, umlauts, PLAIN);
      const [received = ""] = body.data.objects.body.text ?? [];
      assertEquals(body.data.objects.body.error, undefined);
      if (received.replaceAll("\n\n", "") !== umlauts) lost++;
    }
    assert(lost > 0);
  }));

Deno.test("a field of a form is one write of text, up to 1,024 KiB", () =>
  withPeer(async (ask) => {
    const path = await start(ask, TEXT);
    const text = "ä".repeat(512 * 1024);
    const form = new FormData();
    form.append("a", text);
    const { body } = await ask("POST", path, form);
    assertEquals(body.data.objects.a.text, [`${text}\n\n`]);
    form.append("b", `${text}x`);
    const refused = await ask("POST", path, form);
    assertEquals(refused.status, 400);
    assertEquals(refused.body, {
      detail: "Part exceeded maximum size of 1024KB.",
    });
  }));

Deno.test("a file of a form is a write for each 64 KiB, with its own type and name", () =>
  withPeer(async (ask) => {
    const path = await start(ask, TEXT);
    const form = new FormData();
    const small = "a".repeat(65_536);
    form.append("f", new File([small], "a.txt", { type: "text/csv" }));
    form.append("f", new File([`${small}b`], "b.txt", { type: "text/csv" }));
    const { objects } = (await ask("POST", path, form)).body.data;
    assertEquals(objects.f_0.text, [`${small}\n\n`]);
    assertEquals(objects.f_0.name, "a.txt");
    assertEquals(objects.f_1.text, [`${small}\n\nb\n\n`]);
    const asking = await start(ask, QUESTIONS);
    const question = new FormData();
    const text = JSON.stringify({ questions: [{ text: "Who?" }] });
    const type = "application/rocketride-question";
    question.append("q", new File([text], "q", { type }));
    const { q } = (await ask("POST", asking, question)).body.data.objects;
    assertEquals(q.questions.length, 1);
  }));

Deno.test("an object that failed in every write is OK all the same", () =>
  withPeer(async (ask) => {
    const path = await start(ask, QUESTIONS);
    const type = "application/rocketride-question";
    const headers = { "content-type": type };
    const { body } = await ask("POST", path, '{"questions":[]}', headers);
    assertEquals(body.data.objectsCompleted, 1);
    assertEquals(body.data.objects.body.status, "OK");
    assertEquals(body.data.objects.body.error, undefined);
    const none = await ask("POST", "/task/data?token=tk_none", "a");
    assertEquals(none.status, 200);
    assertEquals(none.body.data.objectsCompleted, 0);
    const { error } = none.body.data.objects.body;
    assertEquals(error.message, "Your pipeline is not running");
  }));

Deno.test("names stay as they were sent", () =>
  withPeer(async (ask) => {
    const path = await start(ask, TEXT);
    const { body } = await ask("POST", path, "a", {
      "content-disposition": 'attachment; filename="%C3%BC.txt"',
    });
    assertEquals(body.data.objects.body.name, "%C3%BC.txt");
  }));

Deno.test("there are no routes for pings and validation, and strangers do not learn it", () =>
  withPeer(async (ask) => {
    for (
      const [method, path] of [["GET", "/ping"], ["POST", "/pipe/validate"]]
    ) {
      const body = method === "POST" ? "{}" : null;
      const { status } = await ask(method!, path!, body);
      assertEquals(status, 404);
    }
    const stranger = await ask("GET", "/ping", null, { authorization: "" });
    assertEquals(stranger.status, 401);
    const data = await ask("POST", "/task/data", "a", { authorization: "" });
    assertEquals(data.status, 401);
  }));

Deno.test("a task that was started by HTTP has four slots", () =>
  withPeer(async (ask, origin) => {
    const [, token] = (await start(ask, TEXT)).split("token=");
    const uri = `${origin.replace("http", "ws")}/task/service`;
    const client = await rawSocket(uri);
    await client.ok("auth", { auth: "key" });
    const opened: unknown[] = [];
    const opening = Array.from({ length: 5 }, async () => {
      const args = { subcommand: "open", object: {}, mimeType: "text/plain" };
      const { pipe_id } = await client.ok("rrext_process", { ...args, token });
      opened.push(pipe_id);
    });
    while (opened.length < 4) await client.ok("rrext_ping");
    for (let at = 0; at < 20; at++) await client.ok("rrext_ping");
    assertEquals(opened.length, 4);
    const [pipe_id] = opened;
    const close = { subcommand: "close", pipe_id, token };
    await client.ok("rrext_process", close);
    await Promise.all(opening);
    assertEquals(opened.at(-1), pipe_id);
    await client.close();
  }));
