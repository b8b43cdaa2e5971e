import {
  addContext,
  addInstruction,
  addQuestion,
  answers,
  chat,
  type ChatPart,
  chatStream,
  createQuestion,
  firstAnswer,
  parseAnswers,
  type Session,
  type StandardSchema,
  type Task,
} from "../../../mod.ts";
import type { ConformanceCase, Places } from "../case.ts";
import { failureOf, thrownBy } from "./_failure.ts";
import { chatPipeline, textPipeline } from "./_pipelines.ts";
import { withTask } from "./_session.ts";
import { allOf } from "./_streams.ts";

const group = "chat";

/** Work with a scripted model that answers one question at a time. */
function withChat(
  places: Places,
  work: (session: Session, task: Task) => Promise<unknown>,
): Promise<unknown> {
  return withTask(places, chatPipeline(), work, { threads: 1 });
}

function partInShort(part: ChatPart): unknown {
  if (part.type === "progress") return part.data.message;
  return part.type === "result" ? part.result.said : part.type;
}

/** Questions and answers. */
export const CHAT: readonly ConformanceCase[] = [
  {
    group,
    name: "a question is answered, whatever the answer's field is called",
    expected: [["Wie geht's? 🌍"], "Wie geht's? 🌍"],
    run: (places) =>
      withChat(places, async (session, task) => {
        const result = await chat(session, task, "Wie geht's? 🌍");
        return [result.said, firstAnswer(result)];
      }),
  },
  {
    group,
    name: "a question with everything to it is answered",
    expected: ["Well?"],
    run: (places) =>
      withChat(places, async (session, task) => {
        let question = createQuestion();
        question = addInstruction(question, "Tone", "Be brief");
        question = addContext(question, "It is late");
        question = addQuestion(question, "Well?");
        return answers(await chat(session, task, question));
      }),
  },
  {
    group,
    name: "an answer that is to be JSON is a value",
    expected: [{ n: 7 }, [{ n: 7 }]],
    run: (places) =>
      withChat(places, async (session, task) => {
        const schema: StandardSchema<{ n: number }> = {
          "~standard": {
            version: 1,
            vendor: "conformance",
            validate: (value) => ({ value: value as { n: number } }),
          },
        };
        const question = createQuestion({ expectJson: true });
        const result = await chat(
          session,
          task,
          addQuestion(question, "json please"),
        );
        return [firstAnswer(result), await parseAnswers(result, schema)];
      }),
  },
  {
    group,
    name: "what a model thinks is told before what it says",
    expected: ["One", "Two", ["Done"]],
    run: (places) =>
      withChat(places, async (session, task) => {
        const parts = await allOf(chatStream(session, task, "think"));
        return parts.map(partInShort);
      }),
  },
  {
    group,
    name: "a chat that is left frees its slot",
    expected: ["progress", "Next?"],
    run: (places) =>
      withChat(places, async (session, task) => {
        const seen: string[] = [];
        for await (const part of chatStream(session, task, "think")) {
          seen.push(part.type);
          break;
        }
        const result = await chat(session, task, "Next?");
        return [...seen, firstAnswer(result)];
      }),
  },
  {
    group,
    name: "a chat that is aborted rejects with the reason and frees its slot",
    expected: [true, true, "Next?"],
    run: (places) =>
      withChat(places, async (session, task) => {
        const reason = new Error("enough");
        const signal = AbortSignal.abort(reason);
        const asking = chat(session, task, "Well?", { signal });
        const stream = chatStream(session, task, "Well?", { signal });
        const seen = [
          await thrownBy(asking) === reason,
          await thrownBy(allOf(stream)) === reason,
        ];
        const result = await chat(session, task, "Next?");
        return [...seen, firstAnswer(result)];
      }),
  },
  {
    group,
    name: "a model that fails fails the chat, and the slot is free again",
    expected: ["PipeException: pipe-failed", true, "Well?"],
    run: (places) =>
      withChat(places, async (session, task) => {
        const error = await thrownBy(chat(session, task, "fail")) as Error;
        const streamed = failureOf(allOf(chatStream(session, task, "fail")));
        return [
          await streamed,
          error.message.includes("No model"),
          firstAnswer(await chat(session, task, "Well?")),
        ];
      }),
  },
  {
    group,
    name:
      "a chat takes any source, but the provider that it names, and a question",
    expected: ["no answer", "PipeException", "TypeError", "TypeError"],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const answer = firstAnswer(await chat(session, task, "Well?"));
        const asChat = { provider: "chat" };
        const wrong = await thrownBy(
          chat(session, task, "Well?", asChat),
        ) as Error;
        const nothing = 7 as unknown as string;
        return [
          answer ?? "no answer",
          wrong.name,
          await failureOf(chat(session, task, nothing)),
          await failureOf(() => chatStream(session, task, nothing)),
        ];
      }),
  },
];
