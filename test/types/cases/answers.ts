import {
  addContext,
  addQuestion,
  answers,
  ask,
  type AskJsonOptions,
  chat,
  chatStream,
  createQuestion,
  type Doc,
  documents,
  firstAnswer,
  getJson,
  type JsonValue,
  parseAnswers,
  type PipelineResult,
  type Question,
  type ResultImage,
  type ResultMedia,
  type Session,
  texts,
} from "@rocketride/streams";
import { same } from "./_same.ts";

/** What the specification of Standard Schema 1 declares; validators do so. */
interface StandardSchemaV1<Input, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (
      value: unknown,
    ) => Result<Output> | Promise<Result<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output };
  };
}

type Result<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
    readonly issues: ReadonlyArray<{
      readonly message: string;
      readonly path?:
        | ReadonlyArray<PropertyKey | { readonly key: PropertyKey }>
        | undefined;
    }>;
  };

interface City {
  readonly name: string;
  readonly founded: Date;
}

export async function schemas(
  result: PipelineResult,
  city: StandardSchemaV1<{ name: string; founded: string }, City>,
  any: { readonly validate: (value: unknown) => City },
): Promise<void> {
  const cities = await parseAnswers(result, city);
  same<typeof cities, City[]>();
  // @ts-expect-error: a validator is what implements the specification
  await parseAnswers(result, any);
}

/** What a result has on the lanes that response nodes write. */
export function lanes(result: PipelineResult): void {
  same<typeof result.text, readonly string[] | undefined>();
  same<typeof result.table, readonly string[] | undefined>();
  same<typeof result.documents, readonly Doc[] | undefined>();
  same<typeof result.questions, readonly Question[] | undefined>();
  same<typeof result.answers, readonly JsonValue[] | undefined>();
  same<typeof result.image, readonly ResultImage[] | undefined>();
  same<typeof result.audio, readonly ResultMedia[] | undefined>();
  same<typeof result.video, readonly ResultMedia[] | undefined>();
  // What a pipeline calls otherwise is not known.
  same<typeof result.summary, unknown>();
}

/** The same, whatever the pipeline calls its fields. */
export function accessors(result: PipelineResult): void {
  const text = texts(result);
  same<typeof text, string[]>();
  const found = documents(result);
  same<typeof found, Doc[]>();
  const given = answers(result);
  same<typeof given, JsonValue[]>();
  const first = firstAnswer(result);
  same<typeof first, JsonValue | undefined>();
  // @ts-expect-error: a session gives results, and is none
  texts({ uri: "" });
}

export async function asks(
  session: Session,
  city: StandardSchemaV1<{ name: string; founded: string }, City>,
  given: AskJsonOptions<City>,
): Promise<void> {
  const text = await ask(session, { token: "tk_1" }, "Where?");
  same<typeof text, string>();
  const question = addQuestion(createQuestion(), "Where?");
  const timed = await ask(session, "tk_1", question, { timeout: 1_000 });
  same<typeof timed, string>();
  const json = await ask(session, "tk_1", question, { schema: city });
  same<typeof json, City>();
  const other = await ask(session, "tk_1", question, given);
  same<typeof other, City>();
  // @ts-expect-error: without a schema, an answer is a string
  const number: number = await ask(session, "tk_1", "How many?");
  void number;
  // @ts-expect-error: a validator is what implements the specification
  await ask(session, "tk_1", "Where?", { schema: (value: unknown) => value });
  // @ts-expect-error: a failed pipeline has no answer to return
  await ask(session, "tk_1", "Where?", { onPipelineError: "return" });
}

export async function chats(session: Session): Promise<void> {
  const question = addQuestion(createQuestion({ expectJson: true }), "Where?");
  same<typeof question, Question>();
  addContext(question, ["a", "b"]);
  const result = await chat(session, "tk_1", question, { timeout: 1_000 });
  same<typeof result, PipelineResult>();
  const all = answers(result);
  same<typeof all, JsonValue[]>();
  const first = firstAnswer(result);
  same<typeof first, JsonValue | undefined>();
  const json = getJson("{}");
  same<typeof json, JsonValue>();
  for await (const part of chatStream(session, "tk_1", "Where?")) {
    switch (part.type) {
      case "progress":
        same<typeof part.kind, string>();
        break;
      case "gap":
        same<typeof part.lost, number | undefined>();
        break;
      case "result":
        same<typeof part.result, PipelineResult>();
        break;
      default:
        same<typeof part, never>();
    }
  }
  // @ts-expect-error: questions are not changed, but made anew
  question.expectJson = false;
  // @ts-expect-error: a question is text or a record of one
  await chat(session, "tk_1", 42);
}
