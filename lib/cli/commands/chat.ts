import { Command } from "commander";
import {
  addHistory,
  answers,
  chatStream,
  createQuestion,
  firstAnswer,
  type PipelineResult,
  type Question,
  type QuestionHistory,
  type Session,
  type TaskRef,
} from "../../../mod.ts";
import { examples } from "../connection.ts";
import { oneLine, plain } from "../output.ts";
import {
  type TaskFlags,
  taskOf,
  withStart,
  withTask,
} from "../pipeline_flags.ts";
import { createInterface, process } from "../platform.ts";
import {
  type ConnectionFlags,
  type Run,
  shown,
  withAction,
  withConnection,
} from "../run.ts";
import { resultText, valueText } from "../send_inputs.ts";

type Flags = TaskFlags & ConnectionFlags;

/** The most earlier questions and answers that are sent with a question. */
const MOST_HISTORY = 100;

/** `chat`: ask a pipeline, once or turn by turn. */
export function chatCommand(): Command {
  const command = withTask(
    new Command("chat")
      .description("Ask a pipeline a question, or hold a conversation with it.")
      .argument("[question...]", "the question (default: each line of input)"),
  )
    .addHelpText(
      "after",
      examples([
        ["rocketride chat --pipeline chat.json", "a conversation"],
        ["rocketride chat --token tk_1234 What is new?", "one question"],
        [
          "rocketride chat --pipeline chat.json --json <list.txt",
          "many questions",
        ],
      ]),
    );
  return withAction<Flags>(
    withConnection(withStart(command), { local: true }),
    async (run, words) => {
      const { out } = run;
      const findTask = taskOf(run);
      const isTyped = words.length === 0 && process.stdin.isTTY === true;
      const session = await run.connect({
        persist: isTyped,
        onState(text): void {
          if (text && !run.signal.aborted) void out.note(oneLine(text));
        },
      });
      const task = await findTask(session);
      const talk = new Conversation(run, session, task);
      if (words.length > 0) {
        await talk.ask(words.join(" "));
        return 0;
      }
      let failed = 0;
      for await (const question of isTyped ? typed(run) : piped(run)) {
        if (question.trim() === "") continue;
        try {
          await talk.ask(question);
        } catch (error) {
          run.signal.throwIfAborted();
          failed++;
          await out.fail(shown(error));
        }
      }
      return failed > 0 ? 1 : 0;
    },
  );
}

/** A conversation: each question is sent with the earlier ones. */
class Conversation {
  readonly #run: Run<Flags>;
  readonly #session: Session;
  readonly #task: TaskRef;
  #history: QuestionHistory[] = [];

  constructor(run: Run<Flags>, session: Session, task: TaskRef) {
    this.#run = run;
    this.#session = session;
    this.#task = task;
  }

  /** Ask, show the progress, and print the answer. */
  async ask(text: string): Promise<void> {
    const { out, signal } = this.#run;
    const parts = chatStream(this.#session, this.#task, this.#question(text), {
      signal,
    });
    for await (const part of parts) {
      if (part.type === "progress") {
        const { message } = part.data;
        const said = typeof message === "string"
          ? message
          : JSON.stringify(part.data);
        await out.note(`${oneLine(part.kind)}: ${oneLine(said)}`);
      } else if (part.type === "result") {
        await this.#print(text, part.result);
      }
    }
  }

  #question(text: string): Question {
    let question = createQuestion({ questions: [{ text }] });
    for (const item of this.#history) question = addHistory(question, item);
    return question;
  }

  async #print(question: string, result: PipelineResult): Promise<void> {
    const { out } = this.#run;
    const all = answers(result);
    const answer = all.length > 0
      ? all.map(valueText).join("\n")
      : resultText(result);
    this.#history = [
      ...this.#history,
      { role: "user", content: question },
      { role: "assistant", content: answer },
    ].slice(-MOST_HISTORY);
    await out.item({ question, answer: firstAnswer(result) ?? null, result });
    await out.line(out.isTerminal ? plain(answer) : answer);
  }
}

/** Lines that are typed at a prompt, until Ctrl+D. */
async function* typed(run: Run<Flags>): AsyncGenerator<string> {
  const { out, signal } = run;
  await out.note("Ask a question; Ctrl+D ends.");
  const history: string[] = [];
  while (!signal.aborted) {
    // An interface for each question: between them, signals reach the process.
    const lines = createInterface({
      input: process.stdin,
      output: process.stderr,
      terminal: true,
      history,
    });
    lines.on("SIGINT", () => run.interrupt());
    const line = await new Promise<string | undefined>((resolve) => {
      const end = (): void => lines.close();
      signal.addEventListener("abort", end, { once: true });
      lines.once("close", () => {
        signal.removeEventListener("abort", end);
        resolve(undefined);
      });
      lines.question(out.colors.bold("> "), (text) => {
        resolve(text);
        lines.close();
      });
    });
    if (line === undefined) {
      await out.note("");
      return;
    }
    if (line.trim() !== "") history.unshift(line);
    yield line;
  }
}

/** Lines of standard input. */
async function* piped({ signal }: Run<Flags>): AsyncGenerator<string> {
  const lines = createInterface({ input: process.stdin, terminal: false });
  const end = (): void => lines.close();
  signal.addEventListener("abort", end, { once: true });
  try {
    yield* lines;
  } finally {
    signal.removeEventListener("abort", end);
    lines.close();
  }
}
