import { assert, assertEquals } from "@std/assert";
import { builtin, startNode } from "./harness.ts";

const SOURCES = ["webhook", "chat", "dropper"].map((name) => builtin(name));

Deno.test("webhook tells that it is ready, and how to reach it", async () => {
  const { record } = await startNode(builtin("webhook"));
  assertEquals(record.statuses, [
    "Webhook ready - system is ready to accept requests",
  ]);
  assertEquals(record.notes, [{
    "url-text": "Webhook interface URL",
    "url-link": "{host}/webhook",
    "auth-text": "Public Authorization Key",
    "auth-key": "pk_bench",
  }]);
});

Deno.test("chat has a button that opens the chat with the public key", async () => {
  const { record } = await startNode(builtin("chat"));
  assertEquals(record.statuses, [
    "Chat ready - system is ready to accept questions",
  ]);
  assertEquals(record.notes, [{
    "url-text": "Chat interface URL",
    "url-link": "{host}/chat",
    "auth-text": "Public Authorization Key",
    "auth-key": "pk_bench",
    "button-text": "Chat now",
    "button-link": "{host}/chat?auth=pk_bench",
  }]);
});

Deno.test("dropper has a button that opens the drop page", async () => {
  const { record } = await startNode(builtin("dropper"));
  assertEquals(record.statuses, [
    "Dropper ready - system is ready to process files",
  ]);
  const [note] = record.notes as Record<string, unknown>[];
  assertEquals(note?.["url-link"], "{host}/dropper");
  assertEquals(note?.["button-text"], "Drop now");
  assertEquals(note?.["button-link"], "{host}/dropper?auth=pk_bench");
});

Deno.test("no source puts the private token into its note", async () => {
  for (const definition of SOURCES) {
    const { record } = await startNode(definition);
    for (const note of record.notes) {
      const keys = Object.keys(note);
      assert(!keys.includes("token-key") && !keys.includes("token-text"));
      assert(!JSON.stringify(note).includes("tk_"));
    }
  }
});

Deno.test("sources handle nothing, so that everything goes through", async () => {
  for (const definition of SOURCES) {
    const bench = await startNode(definition);
    assertEquals(bench.open().instance, {});
  }
});

Deno.test("sources declare the lanes of the real ones", () => {
  const lanes = Object.fromEntries(
    SOURCES.map(({ provider, lanes }) => [provider, lanes]),
  );
  assertEquals(lanes, {
    webhook: {
      _source: ["tags", "text", "audio", "video", "image", "questions"],
    },
    chat: { _source: ["questions"] },
    dropper: { _source: ["tags"] },
  });
});
