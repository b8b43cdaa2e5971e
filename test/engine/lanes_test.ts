import { assertEquals, assertThrows } from "@std/assert";
import { laneWriter, routeFor } from "../../lib/engine/run/pipe.ts";
import type { Lane } from "../../lib/engine/node.ts";
import { dataPort, refusalPort, withEngine } from "../support/engine_rig.ts";
import { chain, testNode } from "../support/test_nodes.ts";

/** Everything wired to everything: `response_all` listens on every lane. */
function wired(...lanes: readonly Lane[]): ReturnType<typeof chain> {
  const [source, sink] = chain("text", "a=entry", "b=response_all").components;
  if (!source || !sink) throw new Error("A chain of two has two");
  const input = lanes.map((lane) => ({ lane, from: "a" }));
  return { components: [source, { ...sink, input }], source: "a" };
}

Deno.test("the media type chooses the lane, as far as somebody listens", () => {
  const all = (): boolean => true;
  const none = (): boolean => false;
  const cases: [string, string, string][] = [
    ["text/plain", "text", "raw"],
    ["text/csv; charset=utf-8", "text", "raw"],
    ["Text/Plain", "raw", "raw"],
    ["image/png", "image", "raw"],
    ["audio/wav", "audio", "raw"],
    ["video/mp4", "video", "raw"],
    ["application/rocketride-question", "questions", "raw"],
    ["application/rocketride-question+json", "questions", "raw"],
    ["application/rocketlib-tag", "tag", "tag"],
    ["application/json", "raw", "raw"],
    ["application/octet-stream", "raw", "raw"],
    ["lane/text", "text", "text"],
    ["lane/documents", "documents", "documents"],
    ["lane/nonsense", "nonsense", "nonsense"],
    ["", "raw", "raw"],
  ];
  for (const [mimeType, heard, unheard] of cases) {
    assertEquals(routeFor(mimeType, all), heard, mimeType);
    assertEquals(routeFor(mimeType, none), unheard, mimeType);
  }
});

Deno.test("bytes without a lane of their own arrive framed", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(wired("tags"));
    const { seen, result_types } = await dataPort(client, token).send(
      "application/json",
      '{"a":',
      "1}",
    );
    assertEquals(seen, [
      { kind: "begin" },
      { kind: "data", bytes: '{"a":' },
      { kind: "data", bytes: "1}" },
      { kind: "end" },
    ]);
    assertEquals(result_types, { seen: "tags" });
  });
});

Deno.test("bytes that nobody listens for vanish", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(wired("text"));
    const body = await dataPort(client, token).send("application/json", "{}");
    assertEquals(Object.keys(body), ["name", "path", "objectId"]);
  });
});

Deno.test("media arrive between a begin and an end", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(wired("image", "audio", "video"));
    for (const mimeType of ["image/png", "audio/wav", "video/mp4"]) {
      const { seen } = await dataPort(client, token).send(mimeType, "1", "2");
      assertEquals(seen, [
        { action: "begin", mimeType },
        { action: "write", mimeType, bytes: "1" },
        { action: "write", mimeType, bytes: "2" },
        { action: "end", mimeType },
      ]);
    }
  });
});

Deno.test("each write of text is a text of its own, empty ones too", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(wired("text"));
    const port = dataPort(client, token);
    const { seen } = await port.send("text/plain", "a", "", "\ufeffb", "c");
    assertEquals(seen, ["a", "", "\ufeffb", "c"]);
    assertEquals((await port.send("lane/text", "x")).seen, ["x"]);
    assertEquals("seen" in await port.send("text/plain"), false);
  });
});

Deno.test("a character may be split over writes", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(wired("text"));
    const port = dataPort(client, token);
    const bytes = new TextEncoder().encode("a😀b");
    const pieces = [...bytes].map((byte) => new Uint8Array([byte]));
    const { seen } = await port.send("text/plain", ...pieces);
    assertEquals(seen, ["a", "😀", "b"]);
  });
});

Deno.test("text that ends inside a character fails the object", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(wired("text"));
    const port = dataPort(client, token);
    const body = await port.send(
      "text/plain",
      "ok",
      new Uint8Array([0xf0, 0x9f]),
    );
    assertEquals(body.seen, ["ok"]);
    assertEquals(
      body.error.message,
      "Text ends in the middle of a character",
    );
    const status = await client.ok("rrext_get_task_status", { token });
    assertEquals(status.failedCount, 1);
  });
});

Deno.test("bytes that are not UTF-8 fail the write and the object", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(wired("text"));
    const port = dataPort(client, token);
    const refused = refusalPort(client, token);
    const id = await port.open();
    const text = "Text is not valid UTF-8";
    assertEquals(await refused.write(id, new Uint8Array([0xff])), text);
    assertEquals(
      await refused.write(id, "fine"),
      "Write pipe with id 0 has failed",
    );
    assertEquals((await port.close(id)).error.message, text);
  });
});

Deno.test("text given as a string is taken as it is", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(wired("text", "tags"));
    const write = { subcommand: "write", pipe_id: 0, token };
    const port = dataPort(client, token);
    await port.open();
    await client.ok("rrext_process", { ...write, data: "as it is" });
    assertEquals((await port.close(0)).seen, ["as it is"]);
    await port.open("application/json");
    await client.ok("rrext_process", { ...write, data: "é" });
    assertEquals((await port.close(0)).seen[1], { kind: "data", bytes: "é" });
  });
});

Deno.test("a string cannot follow half a character", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(wired("text"));
    const port = dataPort(client, token);
    const id = await port.open();
    await port.write(id, new Uint8Array([0xc3]));
    const write = { subcommand: "write", pipe_id: id, token, data: "x" };
    assertEquals(
      await client.fails("rrext_process", write),
      "Text is not valid UTF-8",
    );
  });
});

Deno.test("a question gets its defaults and loses what no model knows", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(wired("questions"));
    const port = dataPort(client, token);
    const question = { questions: [{ text: "Why?" }], mood: "curious" };
    const { seen } = await port.send(
      "application/rocketride-question",
      JSON.stringify(question),
    );
    const [{ filter, ...rest }] = seen;
    assertEquals(filter.limit, 25);
    assertEquals(rest, {
      type: "question",
      expectJson: false,
      role: "",
      instructions: [],
      history: [],
      examples: [],
      context: [],
      goals: [],
      documents: [],
      questions: [{ text: "Why?" }],
    });
    assertEquals((await port.send("lane/questions", "{}")).seen.length, 1);
  });
});

Deno.test("documents come one by one or as a list", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(wired("documents"));
    const port = dataPort(client, token);
    const metadata = { objectId: "o", chunkId: 0, extra: "kept" };
    const doc = { page_content: "text", score: 1, embedding: [1], metadata };
    const { seen } = await port.send(
      "lane/documents",
      JSON.stringify(doc),
      JSON.stringify([doc, {}]),
    );
    assertEquals(seen, [[doc], [doc, {}]]);
  });
});

Deno.test("answers and classifications come as objects", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(wired("answers", "classifications"));
    const port = dataPort(client, token);
    assertEquals(
      (await port.send(
        "lane/answers",
        '{"answer":{"a":1},"expectJson":true}',
        "{}",
      )).seen,
      [
        { answer: { a: 1 }, expectJson: true },
        { answer: null, expectJson: false },
      ],
    );
    const classified = { classifications: [1], classificationRules: {} };
    assertEquals(
      (await port.send("lane/classifications", JSON.stringify(classified)))
        .seen,
      [classified],
    );
  });
});

Deno.test("a record that does not fit its lane fails the write", async () => {
  const doc = (more: object): string => JSON.stringify([more]);
  const cases: [string, string, string][] = [
    ["questions", "{", "Write on lane questions is not one JSON document"],
    ["questions", "[]", "Question must be an object"],
    [
      "questions",
      '{"type":"riddle"}',
      "Question 'type' is not a question type",
    ],
    ["questions", '{"filter":1}', "Question 'filter' must be an object"],
    [
      "questions",
      '{"filter":{"objectIds":"o"}}',
      "Question 'filter.objectIds' must be a list of strings",
    ],
    [
      "questions",
      '{"filter":{"chunkIds":[1,"2"]}}',
      "Question 'filter.chunkIds' must be a list of numbers",
    ],
    [
      "questions",
      '{"filter":{"limit":"9","parent":null}}',
      "Question 'filter.limit' must be a number",
    ],
    [
      "questions",
      '{"questions":[{"text":"","embedding":"x"}]}',
      "Question 'questions' must have an 'embedding' of numbers",
    ],
    [
      "questions",
      '{"questions":[{"text":"","embedding_model":1}]}',
      "Question 'questions' must have an 'embedding_model' of text",
    ],
    [
      "questions",
      '{"expectJson":1}',
      "Question 'expectJson' must be a boolean",
    ],
    ["questions", '{"role":1}', "Question 'role' must be a string"],
    [
      "questions",
      '{"questions":["Why?"]}',
      "Question 'questions' must be a list of objects with 'text'",
    ],
    [
      "questions",
      '{"history":{}}',
      "Question 'history' must be a list of objects with 'role' and 'content'",
    ],
    [
      "questions",
      '{"context":[1]}',
      "Question 'context' must be a list of strings",
    ],
    ["questions", '{"documents":[1]}', "Document must be an object"],
    ["documents", "1", "Document must be an object"],
    [
      "documents",
      doc({ page_content: 1 }),
      "Document 'page_content' must be a string",
    ],
    [
      "documents",
      doc({ embedding: null }),
      "Document 'embedding' must be a list of numbers",
    ],
    ["documents", doc({ score: null }), "Document 'score' must be a number"],
    [
      "documents",
      doc({ metadata: {} }),
      "Document 'metadata' needs an 'objectId' and a 'chunkId'",
    ],
    ["answers", "[]", "Write on lane answers must be a JSON object"],
    [
      "classifications",
      '"x"',
      "Write on lane classifications must be a JSON object",
    ],
    ["table", "| a |", "Invalid lane table"],
    ["nonsense", "x", "Invalid lane nonsense"],
    ["constructor", "x", "Invalid lane constructor"],
  ];
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(wired("questions", "documents", "answers"));
    const port = dataPort(client, token);
    for (const [lane, data, message] of cases) {
      const id = await port.open(`lane/${lane}`);
      const fault = await refusalPort(client, token).write(id, data);
      assertEquals(fault, message);
      const { error } = await port.close(id);
      assertEquals(error.message, message);
      assertEquals(error.code, 19);
    }
  });
});

Deno.test("a document in bytes that are not UTF-8 is no document", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(wired("questions"));
    const port = dataPort(client, token);
    const id = await port.open("lane/questions");
    assertEquals(
      await refusalPort(client, token).write(id, new Uint8Array([0xff])),
      "Write on lane questions is not one JSON document",
    );
  });
});

Deno.test("ready-made tag frames are refused at open, with the way out", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(wired("tags"), { threads: 1 });
    assertEquals(
      await refusalPort(client, token).open({
        mimeType: "application/rocketlib-tag",
      }),
      "Ready-made tag frames are not available in the embedded engine",
    );
    // The slot came back.
    assertEquals(await dataPort(client, token).open(), 0);
  });
  const error = assertThrows(() =>
    laneWriter("tag", "", () => Promise.resolve())
  );
  assertEquals(
    (error as { hint?: string }).hint,
    "Send the bytes as application/octet-stream",
  );
});

Deno.test("nodes see the object that was opened", async () => {
  const seen: unknown[] = [];
  const spy = testNode({
    provider: "spy",
    instance: (pipe) => {
      seen.push(pipe.object, pipe.pipeId);
      pipe.object.metadata["dc:title"] = "Title";
      pipe.object.metadata["X-TIKA:parser"] = "hidden";
      return {};
    },
  });
  await withEngine([spy], async ({ client, start }) => {
    const { token } = await start(
      chain("text", "a=entry", "b=spy", "c=response_all"),
    );
    const port = dataPort(client, token);
    const given = { name: "a.txt", size: 3, objectId: "id", path: "/d/a.txt" };
    const id = await port.open("text/plain", { ...given, department: "x" });
    assertEquals(await port.close(id), {
      name: "a.txt",
      path: "/d",
      metadata: { "dc:title": "Title" },
      objectId: "id",
    });
    assertEquals((seen[0] as { mimeType: string }).mimeType, "text/plain");
    assertEquals(seen[1], 0);
  });
});

Deno.test("without a response node a result is just the object's id", async () => {
  const mute = testNode({ provider: "mute" });
  await withEngine([mute], async ({ client, start }) => {
    const { token } = await start(chain("text", "a=entry", "b=mute"));
    const body = await dataPort(client, token).send("text/plain", "x");
    assertEquals(Object.keys(body), ["objectId"]);
  });
});
