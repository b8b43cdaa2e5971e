import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { isDAPException, ValidationException } from "../../lib/errors.ts";
import { coreOf } from "../../lib/session/core.ts";
import { loadPipeline, type PipelineInput, use } from "../../lib/task/use.ts";
import { readTextFile } from "../../lib/runtime/read_json.ts";
import { sendFiles } from "../../lib/pipe/send_files.ts";
import { restart } from "../../lib/task/restart.ts";
import { validate } from "../../lib/task/validate.ts";
import type { Pipeline } from "../../schema/pipeline.ts";
import { pipeServer } from "../support/pipe_server.ts";
import { withFiles } from "../support/with_files.ts";

const LOCAL = { hostname: "127.0.0.1", port: 0, onListen(): void {} };

const FLAT: Pipeline = {
  source: "in",
  components: [
    { id: "in", provider: "webhook", config: { key: "${ROCKETRIDE_MODEL}" } },
  ],
};

/** Load as `use` does, in a session with these variables. */
async function load(
  input: PipelineInput,
  env?: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Pipeline> {
  await using server = await pipeServer({}, { env: env ?? {} });
  const core = coreOf(server.session);
  return (await loadPipeline(core, { ...input, signal })).pipeline;
}

function dataUrl(value: unknown): URL {
  const json = encodeURIComponent(JSON.stringify(value));
  return new URL(`data:application/json,${json}`);
}

function withFile(
  text: string,
  body: (path: string) => Promise<void>,
): Promise<void> {
  return withFiles(
    { "a.pipe.json": text },
    (folder) => body(`${folder}/a.pipe.json`),
  );
}

async function withHttp(
  answer: (request: Request) => Response,
  body: (base: URL) => Promise<void>,
): Promise<void> {
  const server = Deno.serve(LOCAL, answer);
  try {
    await body(new URL(`http://127.0.0.1:${server.addr.port}/`));
  } finally {
    await server.shutdown();
  }
}

Deno.test("a pipeline is taken flat and wrapped, as an object and from a URL", async () => {
  const wrapped = { pipeline: FLAT };
  const urls = [dataUrl(FLAT), dataUrl(wrapped)];
  for (const pipeline of [FLAT, wrapped, ...urls]) {
    assertEquals(await load({ pipeline }), FLAT);
  }
});

Deno.test("a pipeline is read from a path, a file URL, and a file URL given as pipeline", async () => {
  await withFile(JSON.stringify({ pipeline: FLAT }), async (path) => {
    const url = new URL(`file://${path}`);
    assertEquals(await load({ filepath: path }), FLAT);
    assertEquals(await load({ filepath: url }), FLAT);
    assertEquals(await load({ pipeline: url }), FLAT);
  });
});

Deno.test("a pipeline is fetched over HTTP", async () => {
  await withHttp(() => Response.json(FLAT), async (base) => {
    assertEquals(await load({ pipeline: base }), FLAT);
  });
});

Deno.test("variables of the session are put in, the call's own go over them", async () => {
  const env = { ROCKETRIDE_MODEL: "one" };
  const [first] = (await load({ pipeline: FLAT }, env)).components;
  assertEquals(first?.config, { key: "one" });
  const input = { pipeline: FLAT, env: { ROCKETRIDE_MODEL: "two" } };
  const [second] = (await load(input, env)).components;
  assertEquals(second?.config, { key: "two" });
});

Deno.test("the caller's object stays as it is", async () => {
  const before = structuredClone(FLAT);
  await load({ pipeline: FLAT, source: "other" }, { ROCKETRIDE_MODEL: "x" });
  assertEquals(FLAT, before);
});

Deno.test("the credential is never put in, whoever gives it", async () => {
  const pipeline = {
    components: [{
      id: "a",
      provider: "b",
      config: { k: "${ROCKETRIDE_APIKEY}" },
    }],
  };
  const env = { ROCKETRIDE_APIKEY: "secret" };
  assertEquals(await load({ pipeline, env }, env), pipeline);
});

Deno.test("the source that is named goes over the pipeline's own", async () => {
  assertEquals((await load({ pipeline: FLAT, source: "b" })).source, "b");
  assertEquals((await load({ pipeline: FLAT })).source, "in");
});

Deno.test("exactly one place of a pipeline must be given", async () => {
  for (const input of [{}, { pipeline: FLAT, filepath: "a.json" }]) {
    await assertRejects(
      () => load(input),
      ValidationException,
      'Expected either "pipeline" or "filepath", exactly one of them',
    );
  }
});

Deno.test("what is no pipeline at all is a TypeError", async () => {
  for (const pipeline of [5, true, null]) {
    await assertRejects(
      () => load({ pipeline } as unknown as PipelineInput),
      TypeError,
      "as a pipeline",
    );
  }
});

Deno.test("a pipeline without components is refused by its place", async () => {
  const broken = { components: {} };
  await withFile(JSON.stringify(broken), async (filepath) => {
    await assertRejects(
      () => load({ filepath }),
      ValidationException,
      `Cannot use "${filepath}": expected a pipeline with "components"`,
    );
  });
  for (const value of [{}, [], broken, { pipeline: {} }]) {
    const pipeline = value as unknown as Pipeline;
    const error = await assertRejects(
      () => load({ pipeline }),
      ValidationException,
      'Cannot use the pipeline: expected a pipeline with "components"',
    );
    assertEquals(error.code, "invalid-pipeline");
  }
});

Deno.test("a file that is not JSON is refused by its path, without showing it", async () => {
  await withFile("secret: yes", async (filepath) => {
    const error = await assertRejects(
      () => load({ filepath }),
      ValidationException,
      `Cannot read "${filepath}": it is not JSON, see line 1, column 1`,
    );
    // Parsers quote what they could not read.
    assertEquals(error.cause, undefined);
    assert(!error.message.replace(filepath, "").includes("secret"));
  });
});

Deno.test("a file that is not there is refused by its path, with the runtime's error as cause", async () => {
  const error = await assertRejects(
    () => load({ filepath: "no/such/file.json" }),
    ValidationException,
    'Cannot read "no/such/file.json"',
  );
  assert(isDAPException(error, "file-not-found"));
  assert(error.cause instanceof Deno.errors.NotFound);
  assertEquals(error.hint, undefined);
});

Deno.test("an address that answers with a failure is refused with its status", async () => {
  const answer = () => new Response("no such page", { status: 404 });
  await withHttp(answer, async (base) => {
    const error = await assertRejects(
      () => load({ pipeline: base }),
      ValidationException,
      `Cannot read "${base.href}": HTTP status 404`,
    );
    assertEquals(error.code, "file-not-found");
  });
});

Deno.test("an address that nobody serves is refused with the runtime's error as cause", async () => {
  let gone = new URL("http://127.0.0.1/");
  await withHttp(() => new Response(), (base) => {
    gone = base;
    return Promise.resolve();
  });
  const error = await assertRejects(
    () => load({ pipeline: gone }),
    ValidationException,
    `Cannot read "${gone.href}"`,
  );
  assert(error.cause instanceof TypeError);
  assertEquals(error.code, "file-not-readable");
});

for (
  const [runtime, scope, code] of [
    ["none", {}, "not-supported"],
    ["workerd's, without files of its own", { process: {} }, "not-supported"],
    [
      "workerd's, which has files of its own",
      nodeLike("ENOENT"),
      "file-not-found",
    ],
    ["Node's", nodeLike("EACCES"), "file-not-readable"],
  ] as const
) {
  Deno.test(`a failure says nothing of Deno where the runtime is another: ${runtime}`, async () => {
    const reading = readTextFile("a.json", scope);
    const error = await assertRejects(() => reading, ValidationException);
    assertEquals(error.code, code);
    assert(!`${error.message} ${error.hint}`.includes("Deno"));
  });
}

function nodeLike(code: string): object {
  const readFile = () =>
    Promise.reject(Object.assign(new Error("no"), { code }));
  return { process: { getBuiltinModule: () => ({ readFile }) } };
}

Deno.test("a folder in the place of a file is called that", async () => {
  await assertRejects(
    () => load({ filepath: new URL(".", import.meta.url) }),
    ValidationException,
    "it is a folder",
  );
  await assertRejects(
    () => readTextFile("a.json", nodeLike("EISDIR")),
    ValidationException,
    'Cannot read "a.json": it is a folder',
  );
});

Deno.test("a file that is missing has one code, whoever reads it", async () => {
  await using server = await pipeServer();
  const { session } = server;
  const path = "no/such/file";
  for (
    const work of [
      () => use(session, { filepath: path }),
      () => restart(session, "tk_1", { filepath: new URL(`file:///${path}`) }),
      () => validate(session, { filepath: new URL(`file:///${path}`) }),
      () => sendFiles(session, "tk_1", [path]),
    ]
  ) {
    const error = await assertRejects(work as () => Promise<unknown>);
    assert(isDAPException(error, "file-not-found"), String(error));
  }
});

Deno.test("what an address holds besides host and path is not shown", async () => {
  await withHttp(() => new Response("no"), async (base) => {
    const error = await assertRejects(
      () => load({ pipeline: new URL("/p.json?signature=secret", base) }),
      ValidationException,
      `Cannot read "${base.href}p.json": it is not JSON`,
    );
    assert(!error.message.includes("secret"));
  });
  const url = new URL("data:application/json,{secret");
  const broken = await assertRejects(
    () => load({ pipeline: url }),
    ValidationException,
    'Cannot read "data:": it is not JSON',
  );
  assert(!broken.message.includes("secret"));
  await assertRejects(
    () => load({ pipeline: dataUrl({ secret: 1 }) }),
    ValidationException,
    'Cannot use "data:": expected a pipeline',
  );
});

Deno.test("the signal gives a fetch up with its own reason", async () => {
  const controller = new AbortController();
  const reason = new Error("stop");
  const hanging = Promise.withResolvers<Response>();
  const server = Deno.serve(LOCAL, () => {
    controller.abort(reason);
    return hanging.promise;
  });
  const pipeline = new URL(`http://127.0.0.1:${server.addr.port}/`);
  assertStrictEquals(
    await assertRejects(() => load({ pipeline }, {}, controller.signal)),
    reason,
  );
  hanging.resolve(new Response());
  await server.shutdown();
});
