/**
 * What users see on real servers where the embedded engine is kinder: instead
 * of the cases that the faithful peer cannot pass.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  chat,
  chatStream,
  close,
  connect,
  firstAnswer,
  getServerInfo,
  getTaskPipeline,
  getTaskStatus,
  getTaskToken,
  isDAPException,
  pipe,
  restart,
  send,
  terminate,
  use,
  validate,
} from "@rocketride/streams";
import {
  getProject,
  getTemplate,
  list,
  readText,
  saveProject,
  saveTemplate,
  writeFile,
  writeText,
} from "@rocketride/streams/store";
import {
  forRealServer,
  forRealServerEachWay,
  forRealServerOverHttp,
} from "../support/for_real_server.ts";
import { answering, bomb, TEXT, through } from "../support/pipelines.ts";
import { withFiles } from "../support/with_files.ts";

const CHAT = answering([
  { match: "fail", error: "No model" },
  { match: "", reply: "Well!" },
]);

/** Rejects with what the result says, and with the result. */
async function assertFailedInside(
  work: () => Promise<unknown>,
  words: string,
): Promise<void> {
  const error = await assertRejects(work, Error, words);
  assert(isDAPException(error, "pipeline-failed"), String(error));
}

forRealServerEachWay(
  "on a real server a chat that fails rejects with what the result says",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: CHAT, threads: 1 });
    for (let time = 0; time < 2; time++) {
      await assertFailedInside(() => chat(session, task, "fail"), "No model");
    }
    // The only slot is free again.
    assertEquals(firstAnswer(await chat(session, task, "Well?")), "Well!");
  },
);

forRealServer(
  "on a real server a chat stream that fails errors with what the result says",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: CHAT, threads: 1 });
    await assertFailedInside(async () => {
      for await (const _ of chatStream(session, task, "fail"));
    }, "No model");
    assertEquals(firstAnswer(await chat(session, task, "Well?")), "Well!");
  },
);

forRealServerEachWay(
  "on a real server a node that fails rejects the close with what the result says",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, {
      pipeline: through("bomb"),
      threads: 1,
    });
    for (let time = 0; time < 2; time++) {
      const target = await pipe(session, task, { mimeType: "text/plain" });
      const writer = target.getWriter();
      await writer.write("a");
      await assertFailedInside(() => writer.close(), "Node exploded");
      await assertFailedInside(() => target.result, "Node exploded");
    }
    await assertFailedInside(() => send(session, task, "b"), "Node exploded");
  },
  { nodes: [bomb()] },
);

forRealServerEachWay(
  "on a real server data for a task that was terminated rejects with what to do",
  async (options) => {
    await using session = await connect(options);
    const task = await use(session, { pipeline: TEXT });
    await terminate(session, task);
    const error = await send(session, task, "a").catch((it) => it);
    assert(isDAPException(error, "task-ended"), String(error));
    assert(error.hint?.includes("use()"), error.hint);
    assert(error.message !== "");
  },
);

forRealServerOverHttp(
  "on a real server without such a route validate() is not supported",
  async (options) => {
    await using session = await connect(options);
    const error = await assertRejects(() =>
      validate(session, { pipeline: TEXT })
    );
    assert(isDAPException(error, "not-supported"), String(error));
  },
);

forRealServerOverHttp(
  "on a real server a text without a write is not an empty text",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: TEXT });
    const target = await pipe(session, task, { mimeType: "text/plain" });
    await target.close();
    assertEquals((await target.result).text, undefined);
    assertEquals((await send(session, task, "")).text, undefined);
  },
);

const STORED = {
  name: "Invoices",
  components: [{ id: "in", provider: "webhook", config: { mode: "Source" } }],
};

for (const generation of ["1.0", "1.1"] as const) {
  forRealServer(
    `projects and templates are kept on servers of ${generation}`,
    async (options) => {
      await using session = await connect(options);
      await saveProject(session, "p", STORED);
      assertEquals((await getProject(session, "p")).pipeline, STORED);
      await saveTemplate(session, "t", STORED);
      assertEquals((await getTemplate(session, "t")).pipeline, STORED);
      const missing = await getProject(session, "none").catch((it) => it);
      assert(isDAPException(missing, "file-not-found"), String(missing));
    },
    { generation },
  );
}

forRealServer(
  "on a real server a session that closes leaves no file open",
  async (options) => {
    const first = await connect(options);
    const writer = (await writeFile(first, "a")).getWriter();
    await writer.write(new TextEncoder().encode("kept"));
    await close(first);
    await assertRejects(() => writer.closed);
    await using second = await connect(options);
    assertEquals(await readText(second, "a"), "kept");
    await writeText(second, "a", "again");
  },
);

forRealServer(
  "on a real server a write that is given up lets the file go at once",
  async (options) => {
    await using session = await connect(options);
    const writer = (await writeFile(session, "a/b")).getWriter();
    await writer.write(new TextEncoder().encode("so far"));
    await writer.abort("enough");
    assertEquals(await readText(session, "a/b"), "so far");
    await writeText(session, "a/b", "again");
    assertEquals(await readText(session, "a/b"), "again");
  },
);

forRealServer("a server of 1.0 has no files, and says so", async (options) => {
  await using session = await connect(options);
  for (
    const work of [
      () => readText(session, "a"),
      () => writeText(session, "a", "text"),
      () => list(session),
    ]
  ) {
    const error = await assertRejects(work);
    assert(isDAPException(error, "unknown-command"), String(error));
  }
  // Nothing of that ends the session.
  await saveProject(session, "p", STORED);
}, { generation: "1.0" });

forRealServer(
  "a chat stream on a server of 1.0 has its result",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: CHAT, threads: 1 });
    const kinds: string[] = [];
    for await (const { type } of chatStream(session, task, "Well?")) {
      kinds.push(type);
    }
    assertEquals(kinds, ["result"]);
    assertEquals(firstAnswer(await chat(session, task, "Next?")), "Well!");
  },
  { generation: "1.0" },
);

forRealServer(
  "what a server of 1.0 does not know rejects, and the session goes on",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: TEXT });
    const address = { projectId: "text", source: "in" };
    await assertRejects(() => getTaskPipeline(session, task));
    await assertRejects(() => getTaskToken(session, address));
    await assertRejects(() => restart(session, task, { pipeline: TEXT }));
    assertEquals((await send(session, task, "a")).text, ["a\n\n"]);
  },
  { generation: "1.0" },
);

forRealServer("a server of 1.0 does not tell what it is", async (options) => {
  await assertRejects(() => getServerInfo(options), Error, "Not authenticated");
}, { generation: "1.0" });

forRealServer(
  "a server of 1.0 starts a pipeline from a path, and gives it no name",
  async (options) => {
    await using session = await connect(options);
    const text = JSON.stringify(TEXT);
    await withFiles({ "echo.pipe.json": text }, async (folder) => {
      const filepath = `${folder}/echo.pipe.json`;
      await using task = await use(session, { filepath, name: "Ada's" });
      assertEquals((await send(session, task, "a")).text, ["a\n\n"]);
      const { name } = await getTaskStatus(session, task);
      assert(!/echo|Ada/.test(name), name);
    });
  },
  { generation: "1.0" },
);
