import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  createQuestion,
  type Doc,
  EVENT_BITS,
  type EventKind,
  eventMask,
  isPipeline,
  isPipelineResult,
  kindsOf,
  questionToJson,
  readValidation,
  resultErrorMessage,
  resultFields,
  unwrapPipeline,
} from "../../schema/mod.ts";

const kinds = fc.array(
  fc.constantFrom(...Object.keys(EVENT_BITS) as EventKind[]),
);

Deno.test("every mask survives the way to kinds and back", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1023 }), (mask) => {
    assertEquals(eventMask(kindsOf(mask)), mask);
  }));
});

Deno.test("kinds survive the way to a mask and back, but for order, repetition and ALL", () => {
  fc.assert(fc.property(kinds, (given) => {
    const back = kindsOf(eventMask(given));
    assertEquals(new Set(back).size, back.length);
    for (const kind of given) {
      assert(kind === "ALL" ? back.length === 10 : back.includes(kind));
    }
    if (!given.includes("ALL")) {
      assertEquals(new Set<EventKind>(back), new Set(given));
    }
  }));
});

Deno.test("a number is a mask, or a RangeError", () => {
  fc.assert(fc.property(fc.oneof(fc.double(), fc.integer()), (mask) => {
    if (Number.isInteger(mask) && mask >= 0 && mask <= 1023) kindsOf(mask);
    else assertThrows(() => kindsOf(mask), RangeError);
  }));
});

const number = fc.oneof(fc.double(), fc.constant(null), fc.constant(undefined));
const string = fc.oneof(fc.string(), fc.constant(null), fc.constant(undefined));
const docs = fc.array(
  fc.record({
    type: string,
    page_content: string,
    embedding_model: string,
    score: number,
    highlight_score: number,
    tokens: number,
    context: fc.option(fc.array(fc.string())),
    metadata: fc.option(
      fc.record({
        objectId: fc.string(),
        chunkId: fc.nat(),
        parent: string,
        tableId: number,
        isDeleted: fc.option(fc.boolean()),
        extra: fc.oneof(string, number),
      }),
    ),
  }, { requiredKeys: [] }),
) as fc.Arbitrary<Doc[]>;

function nullMembers(value: unknown, path: string): string[] {
  if (value === null) return [path];
  if (typeof value !== "object") return [];
  return Object.entries(value as object)
    .flatMap(([key, member]) => nullMembers(member, `${path}.${key}`));
}

Deno.test("documents in a question's JSON have no null, and lose nothing else", () => {
  fc.assert(fc.property(docs, (documents) => {
    const sent = JSON.parse(questionToJson(createQuestion({ documents })));
    assertEquals(nullMembers(sent.documents, "documents"), []);
    const expected: unknown = JSON.parse(
      JSON.stringify(documents),
      (_key, member) => member === null ? undefined : member,
    );
    assertEquals(sent.documents, expected);
  }));
});

Deno.test("writing a question changes neither it nor its documents", () => {
  fc.assert(fc.property(docs, (documents) => {
    for (const doc of documents) {
      Object.freeze(doc);
      Object.freeze(doc.metadata);
    }
    const question = Object.freeze(createQuestion({ documents }));
    assertEquals(questionToJson(question), questionToJson(question));
  }));
});

Deno.test("a question's JSON reads back as the same question", () => {
  const texts = fc.array(fc.string());
  const options = fc.record({
    expectJson: fc.option(fc.boolean()),
    role: fc.option(fc.string()),
    context: texts,
    goals: texts,
    questions: fc.array(fc.record({ text: fc.string() })),
    filter: fc.option(
      fc.record({ limit: fc.nat(), name: fc.option(fc.string()) }),
    ),
  });
  fc.assert(fc.property(options, (given) => {
    const question = createQuestion(given);
    assertEquals(JSON.parse(questionToJson(question)), question);
  }));
});

Deno.test("values on a lane are exactly those of its fields, whatever else is there", () => {
  const lane = fc.constantFrom("text", "answers", "table");
  const field = fc.string().filter((name) =>
    !["objectId", "result_types", "__proto__"].includes(name)
  );
  const entries = fc.uniqueArray(
    fc.tuple(field, lane, fc.array(fc.integer())),
    { selector: ([name]) => name },
  );
  fc.assert(fc.property(entries, lane, (fields, wanted) => {
    const result = {
      ...Object.fromEntries(fields.map(([name, , values]) => [name, values])),
      objectId: "1",
      result_types: Object.fromEntries(
        fields.map(([name, type]) => [name, type]),
      ),
    };
    const expected = fields.filter(([, type]) => type === wanted)
      .flatMap(([, , values]) => values);
    const sorted = (values: unknown[]): unknown[] =>
      values.toSorted((a, b) => Number(a) - Number(b));
    assertEquals(sorted(resultFields(result, wanted)), sorted(expected));
  }));
});

Deno.test("readers take any JSON without throwing", () => {
  const member = fc.constantFrom(
    "errors",
    "warnings",
    "pipeline",
    "components",
    "objectId",
    "result_types",
    "error",
    "message",
  );
  const json = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie("node"), { maxLength: 3 }),
      fc.dictionary(member, tie("node"), { maxKeys: 4 }),
    ),
  })).node;
  fc.assert(
    fc.property(json, (value) => {
      const { errors, warnings } = readValidation(value);
      for (const issue of [...errors, ...warnings]) {
        assert(issue.message.length > 0);
      }
      const pipeline = unwrapPipeline(value);
      assert(pipeline === undefined || isPipeline(pipeline));
      if (isPipelineResult(value)) {
        assert(Array.isArray(resultFields(value, "text")));
        const failed = value.error !== undefined && value.error !== null;
        assertEquals(resultErrorMessage(value) !== undefined, failed);
      }
    }),
    { numRuns: 500 },
  );
});
