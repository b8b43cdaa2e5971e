import {
  addContext,
  addQuestion,
  answers,
  chat,
  chatStream,
  createQuestion,
  firstAnswer,
  getJson,
  type JsonValue,
  parseAnswers,
  type PipelineResult,
  type Question,
  type Session,
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
