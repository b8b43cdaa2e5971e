/// <reference lib="dom" />
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import {
  addHistory,
  addQuestion,
  answers,
  chatStream,
  createQuestion,
  type Question,
  type Session,
} from "@rocketride/streams";
import { beat, changed, measured, tokenOf } from "./engine_model.ts";
import { duration, reasonOf } from "./format.ts";
import { asText } from "./result_view.tsx";
import type { TaskModel } from "./task_model.ts";

/** Turns of a conversation that are kept, and sent with a question. */
const MOST_TURNS = 50;
/** Characters that are shown of the progress of a node. */
const MOST_THOUGHTS = 50;

/** A question and its answer. */
interface Turn {
  readonly question: string;
  readonly thoughts: string[];
  readonly stop: AbortController;
  answer?: string;
  error?: string;
  /** Milliseconds. */
  took?: number;
}

/** The conversation with each task, oldest first. */
const turnsOf = new WeakMap<TaskModel, Turn[]>();

/** A conversation with a task. */
export function Ask(
  { session, task }: { session: Session; task: TaskModel },
): JSX.Element {
  const [text, setText] = useState("");
  const end = useRef<HTMLLIElement>(null);
  beat.value;
  const turns = turnsOf.get(task) ?? [];
  const last = turns.at(-1);
  const isUnderWay = last !== undefined && last.took === undefined;
  useEffect(() => end.current?.scrollIntoView({ block: "nearest" }), [
    turns.length,
    last?.answer,
  ]);

  function submit(event: Event): void {
    event.preventDefault();
    if (text.trim() === "" || isUnderWay) return;
    void ask(session, task, text.trim());
    setText("");
  }

  if (task.lanes?.has("questions") === false) {
    return <p class="quiet">This pipeline does not take questions.</p>;
  }
  return (
    <div class="ask">
      <ol class="turns" aria-label="Conversation" aria-live="polite">
        {turns.map((turn, at) => (
          <li key={turn} ref={at === turns.length - 1 ? end : null}>
            <ShownTurn turn={turn} />
          </li>
        ))}
        {turns.length === 0 && (
          <li class="quiet">
            Ask a question. Later questions include the earlier ones.
          </li>
        )}
      </ol>
      <form class="line" onSubmit={submit}>
        <label for="question" class="hidden">Question</label>
        <textarea
          id="question"
          rows={2}
          placeholder="Ask a question"
          value={text}
          disabled={task.completed}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.shiftKey) submit(event);
          }}
        />
        {isUnderWay
          ? (
            <button type="button" onClick={() => last.stop.abort()}>
              Stop
            </button>
          )
          : (
            <button type="submit" class="primary" disabled={task.completed}>
              Ask
            </button>
          )}
      </form>
    </div>
  );
}

function ShownTurn({ turn }: { turn: Turn }): JSX.Element {
  const { question, thoughts, answer, error, took } = turn;
  return (
    <>
      <p class="question">{question}</p>
      {thoughts.length > 0 && (
        <details open={took === undefined}>
          <summary>Thinking</summary>
          <ul>{thoughts.map((it, at) => <li key={at}>{it}</li>)}</ul>
        </details>
      )}
      {answer !== undefined && <p class="answer">{answer}</p>}
      {error !== undefined && <p class="error">{error}</p>}
      <p class="quiet">
        {took === undefined ? "Waiting for the answer…" : duration(took)}
      </p>
    </>
  );
}

/** Ask a question. Failures are shown; this never rejects. */
async function ask(
  session: Session,
  task: TaskModel,
  text: string,
): Promise<void> {
  const before = turnsOf.get(task) ?? [];
  const stop = new AbortController();
  const turn: Turn = { question: text, thoughts: [], stop };
  turnsOf.set(task, [...before, turn].slice(-MOST_TURNS));
  changed();
  const since = performance.now();
  try {
    const token = await tokenOf(session, task);
    const question = questionAfter(before, text);
    const reader = chatStream(session, token, question, { signal: stop.signal })
      .getReader();
    for (let next = await reader.read(); !next.done;) {
      const part = next.value;
      if (part.type === "progress") {
        const { message } = part.data;
        turn.thoughts.push(`${part.kind}: ${message ?? asText(part.data)}`);
        turn.thoughts.splice(0, turn.thoughts.length - MOST_THOUGHTS);
      } else if (part.type === "result") {
        const found = answers(part.result).map(asText);
        turn.answer = found.join("\n\n") || "The pipeline returned no answer.";
      }
      changed();
      next = await reader.read();
    }
  } catch (error) {
    turn.error = stop.signal.aborted ? "Stopped" : reasonOf(error);
  }
  turn.took = performance.now() - since;
  measured(task, turn.took);
  changed();
}

function questionAfter(before: readonly Turn[], text: string): Question {
  let question = addQuestion(createQuestion(), text);
  for (const { question: asked, answer } of before) {
    if (answer === undefined) continue;
    question = addHistory(question, { role: "user", content: asked });
    question = addHistory(question, { role: "assistant", content: answer });
  }
  return question;
}
