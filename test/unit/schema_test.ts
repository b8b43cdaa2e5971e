import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
} from "@std/assert";
import {
  CAPABILITY,
  type Capability,
  createQuestion,
  didFail,
  documents,
  EVENT_BITS,
  hasCapability,
  isEvent,
  isPipeline,
  isPipelineResult,
  isRecord,
  isRequest,
  isResponse,
  isServiceCatalog,
  isServiceDefinition,
  isStartedTask,
  isTaskStatus,
  questionToJson,
  readValidation,
  resultErrorMessage,
  resultFields,
  TASK_STATE,
  texts,
  unwrapPipeline,
} from "../../schema/mod.ts";

const ODD: readonly unknown[] = [undefined, null, "x", 1, true, [], [{}]];

Deno.test("guards refuse what is no record", () => {
  for (const value of ODD) {
    assertFalse(isRecord(value));
    assertFalse(isRequest(value) || isResponse(value) || isEvent(value));
    assertFalse(isPipeline(value) || isPipelineResult(value));
    assertFalse(isTaskStatus(value) || isStartedTask(value));
    assertFalse(isServiceCatalog(value) || isServiceDefinition(value));
  }
});

Deno.test("messages are told apart by their type and what they must have", () => {
  assert(isRequest({ type: "request", seq: 1, command: "rrext_ping" }));
  assertFalse(isRequest({ type: "request", seq: 1 }));
  assert(isResponse({ type: "response", seq: 1, request_seq: 1 }));
  assertFalse(isResponse({ type: "response", seq: 1, request_seq: null }));
  assert(isEvent({ type: "event", seq: 1, event: "output", body: {} }));
  assertFalse(isEvent({ type: "event", seq: 1, event: "output" }));
  assertFalse(isEvent({ type: "response", seq: 1, event: "x", body: {} }));
});

Deno.test("only a literal success: false is a failure", () => {
  assert(didFail({ success: false }));
  assertFalse(didFail({ success: true }) || didFail({}));
});

Deno.test("unwrapPipeline() finds the very pipeline, flat or wrapped", () => {
  const pipeline = Object.freeze({ components: Object.freeze([]), custom: 1 });
  assertStrictEquals(unwrapPipeline(pipeline), pipeline);
  assertStrictEquals(unwrapPipeline(Object.freeze({ pipeline })), pipeline);
  const both = { components: [], pipeline };
  assertStrictEquals(unwrapPipeline(both), both);
});

Deno.test("unwrapPipeline() finds nothing in anything else", () => {
  for (
    const value of [
      ...ODD,
      {},
      { components: {} },
      { pipeline: null },
      { pipeline: { components: "none" } },
      { pipeline: { pipeline: { components: [] } } },
    ]
  ) assertStrictEquals(unwrapPipeline(value), undefined);
});

Deno.test("task states have their numbers, and the table cannot be changed", () => {
  assertEquals(Object.entries(TASK_STATE), [
    ["NONE", 0],
    ["STARTING", 1],
    ["INITIALIZING", 2],
    ["RUNNING", 3],
    ["STOPPING", 4],
    ["COMPLETED", 5],
    ["CANCELLED", 6],
  ]);
  for (const table of [TASK_STATE, EVENT_BITS, CAPABILITY]) {
    assert(Object.isFrozen(table));
  }
});

Deno.test("a task status needs a numeric state and a boolean completed", () => {
  assert(isTaskStatus({ state: 0, completed: false, exitCode: null }));
  assertFalse(isTaskStatus({ state: "running", completed: false }));
  assertFalse(isTaskStatus({ state: 3 }));
});

Deno.test("a started task needs a token and nothing else", () => {
  assert(isStartedTask({ token: "tk_1" }));
  assertFalse(isStartedTask({ token: "" }));
  assertFalse(isStartedTask({ token: 1, id: "x" }));
});

Deno.test("a pipeline result needs a text objectId", () => {
  assert(isPipelineResult({ objectId: "" }));
  assertFalse(isPipelineResult({ name: "x" }));
  assertFalse(isPipelineResult({ objectId: 5 }));
});

Deno.test("a pipeline result may have metadata of its object", () => {
  const body: unknown = { objectId: "o", metadata: { department: "finance" } };
  assert(isPipelineResult(body));
  const metadata: Readonly<Record<string, unknown>> | undefined = body.metadata;
  assertEquals(metadata, { department: "finance" });
});

Deno.test("resultErrorMessage() reads both shapes of error", () => {
  const objectId = "1";
  assertEquals(resultErrorMessage({ objectId, error: "No key" }), "No key");
  assertEquals(
    resultErrorMessage({ objectId, error: { message: "No key", code: 19 } }),
    "No key",
  );
  assertEquals(resultErrorMessage({ objectId }), undefined);
  assertEquals(resultErrorMessage({ objectId, error: null }), undefined);
});

Deno.test("resultErrorMessage() has words for an error without any", () => {
  const objectId = "1";
  const odd = 7 as unknown as string;
  for (const error of ["", {}, { message: "" }, { code: 19 }, odd]) {
    assertEquals(
      resultErrorMessage({ objectId, error }),
      "Object failed in the pipeline without a message",
    );
  }
});

Deno.test("resultFields() joins all fields of a lane in their order", () => {
  const result = {
    objectId: "1",
    result_types: {
      late: "answers",
      body: "text",
      early: "answers",
      lost: "answers",
      single: "answers",
      toString: "answers",
    },
    early: [3],
    late: ["1", { two: [2] }],
    single: "4",
    body: ["x"],
  };
  assertEquals(resultFields(result, "answers"), ["1", { two: [2] }, 3, "4"]);
  assertEquals(resultFields(result, "text"), ["x"]);
  assertEquals(resultFields(result, "table"), []);
});

Deno.test("texts() and documents() follow the types of a result, whatever its fields", () => {
  const result = {
    objectId: "1",
    result_types: { body: "text", more: "text", chunks: "documents" },
    body: ["a\n\n"],
    more: "b",
    chunks: [{ page_content: "c" }],
    text: ["not on the lane"],
  };
  assertEquals(texts(result), ["a\n\n", "b"]);
  assertEquals(documents(result), [{ page_content: "c" }]);
  assertEquals(texts({ objectId: "1", result_types: {} }), []);
  assertEquals(documents({ objectId: "1", result_types: {} }), []);
});

Deno.test("texts() and documents() read the fields of their lanes where there are no types", () => {
  const docs = [{ page_content: "c" }];
  const result = { objectId: "1", text: ["a"], documents: docs };
  assertEquals(texts(result), ["a"]);
  assertEquals(documents(result), docs);
  assertEquals(texts({ objectId: "1" }), []);
  assertEquals(documents({ objectId: "1" }), []);
});

Deno.test("a field that several lanes share gives each accessor its own values", () => {
  const all = ["a", { page_content: "b" }, null, 7];
  const shared = (lane: string) => ({
    objectId: "1",
    result_types: { all: lane },
    all,
  });
  assertEquals(texts(shared("text")), ["a"]);
  assertEquals(documents(shared("documents")), [{ page_content: "b" }]);
});

Deno.test("resultFields() is empty without a map of result types", () => {
  assertEquals(resultFields({ objectId: "1", answers: [1] }, "answers"), []);
  const list = ["answers"] as unknown as Record<string, string>;
  assertEquals(
    resultFields({ objectId: "1", result_types: list }, "answers"),
    [],
  );
});

Deno.test("each capability is one bit, in the order of the engine", () => {
  assertEquals(
    Object.values(CAPABILITY),
    Array.from({ length: 17 }, (_, bit) => 1 << bit),
  );
  assertEquals(CAPABILITY.GPU | CAPABILITY.REMOTING, 6144);
});

Deno.test("hasCapability() reads masks and names", () => {
  const has = (capabilities: number | string[]): Capability[] =>
    (Object.keys(CAPABILITY) as Capability[])
      .filter((name) => hasCapability({ capabilities }, name));
  assertEquals(has(6144), ["REMOTING", "GPU"]);
  assertEquals(has(["gpu", "remoting", "unheard-of"]), ["REMOTING", "GPU"]);
  assertEquals(has(0), []);
  assertFalse(hasCapability({}, "GPU"));
});

Deno.test("a service definition has a title, a protocol or a prefix", () => {
  for (const member of ["title", "protocol", "prefix"]) {
    assert(isServiceDefinition({ [member]: "x" }));
    assertFalse(isServiceDefinition({ [member]: 1 }));
  }
  assertFalse(isServiceDefinition({ services: {} }));
});

Deno.test("a service catalogue has a record of services", () => {
  assert(isServiceCatalog({ services: {}, version: 1 }));
  assertFalse(isServiceCatalog({ services: [] }));
  assertFalse(isServiceCatalog({}));
});

Deno.test("readValidation() completes what an engine left out", () => {
  for (const body of [...ODD, {}, { errors: null, warnings: "none" }]) {
    assertEquals(readValidation(body), { errors: [], warnings: [] });
  }
});

Deno.test("readValidation() keeps what it does not know, and the body as it is", () => {
  const pipeline = { components: [], chain: ["a"] };
  const issue = Object.freeze({ message: "Bad", id: "a", ccode: 40, line: 3 });
  const body = Object.freeze({
    errors: Object.freeze([issue]),
    pipeline,
    took: 5,
  });
  assertEquals(readValidation(body), {
    errors: [issue],
    warnings: [],
    pipeline,
    took: 5,
  });
});

Deno.test("readValidation() turns odd issues into records, and drops an odd pipeline", () => {
  const body = {
    errors: ["Bad", { id: "a" }, null],
    warnings: [{ message: "" }],
    pipeline: { components: null },
  };
  const message = "No message given";
  const result = readValidation(body);
  assertEquals(result.errors.map((issue) => issue.message), [
    "Bad",
    message,
    message,
  ]);
  assertEquals(result.errors[1]?.id, "a");
  assertEquals(result.warnings.map((issue) => issue.message), [message]);
  assertFalse("pipeline" in result);
});

Deno.test("createQuestion() has the official defaults", () => {
  // The payload of the official TypeScript SDK, with `goals` of 1.1.
  assertEquals(
    questionToJson(createQuestion()),
    '{"type":"question","filter":{"fullTables":false,"fullDocuments":false,' +
      '"offset":0,"limit":25,"useQuickRank":false,"useGroupRank":false,' +
      '"followUpQuestions":5,"context":false},"expectJson":false,"role":"",' +
      '"instructions":[],"history":[],"examples":[],"context":[],"goals":[],' +
      '"documents":[],"questions":[]}',
  );
});

Deno.test("createQuestion() completes a filter, and keeps one that is null", () => {
  const question = createQuestion({ filter: { limit: 3, nodeId: null } });
  assertEquals(question.filter?.limit, 3);
  assertEquals(question.filter?.followUpQuestions, 5);
  assertStrictEquals(question.filter?.nodeId, null);
  assertStrictEquals(createQuestion({ filter: null }).filter, null);
});

Deno.test("two questions share no filter", () => {
  assert(createQuestion().filter !== createQuestion().filter);
});

Deno.test("questionToJson() keeps nulls where the server takes them", () => {
  const question = {
    ...createQuestion({
      filter: { name: null },
      questions: [{ text: "x", embedding: null }],
    }),
    role: null,
  };
  const sent = JSON.parse(questionToJson(question));
  assertStrictEquals(sent.filter.name, null);
  assertStrictEquals(sent.role, null);
  assertEquals(sent.questions, [{ text: "x", embedding: null }]);
});

Deno.test("questionToJson() leaves out unset members of documents and metadata", () => {
  const doc = Object.freeze({
    type: "Document",
    page_content: "x",
    embedding_model: null,
    score: NaN,
    tokens: 0,
    metadata: Object.freeze({
      objectId: "1",
      chunkId: 0,
      isTable: false,
      extra: null,
      bad: Infinity,
    }),
  });
  const sent = JSON.parse(questionToJson(createQuestion({ documents: [doc] })));
  assertEquals(sent.documents, [{
    type: "Document",
    page_content: "x",
    tokens: 0,
    metadata: { objectId: "1", chunkId: 0, isTable: false },
  }]);
});
