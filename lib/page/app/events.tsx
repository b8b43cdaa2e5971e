/// <reference lib="dom" />
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { beat, log, tasks } from "./engine_model.ts";
import { type LogEntry, textOf } from "./event_log.ts";
import { counted, timeOfDay } from "./format.ts";
import { Scrolled } from "./result_view.tsx";

/** Events that are shown at once. */
const MOST_SHOWN = 100;

/** Which kinds a filter has; `GAP` is always shown. */
const FILTERS: Readonly<Record<string, readonly LogEntry["kind"][]>> = {
  Status: ["SUMMARY", "DETAIL"],
  Flow: ["FLOW"],
  Messages: ["SSE"],
  Output: ["OUTPUT"],
  Tasks: ["TASK"],
  Engine: ["DASHBOARD", "OTHER"],
};

/** The newest events of a task, or of all tasks. */
export function Events({ taskId }: { taskId?: string }): JSX.Element {
  const [off, setOff] = useState<readonly string[]>([]);
  const [words, setWords] = useState("");
  /** The number of the newest shown event, while the list is paused. */
  const [until, setUntil] = useState<number>();
  const [chosen, choose] = useState<number>();
  beat.value;

  const kinds = new Set(
    Object.keys(FILTERS).filter((name) => !off.includes(name))
      .flatMap((name) => FILTERS[name]!),
  );
  const wanted = words.trim().toLowerCase();
  const shown = log.find(MOST_SHOWN, (entry) => {
    if (entry.kind === "GAP") return wanted === "";
    if (!kinds.has(entry.kind)) return false;
    if (taskId !== undefined && entry.taskId !== taskId) return false;
    return wanted === "" ||
      `${entry.name} ${textOf(entry)} ${nameOf(entry)}`.toLowerCase()
        .includes(wanted);
  }, until);
  const open = shown.find(({ number }) => number === chosen);

  function select(entry: LogEntry | undefined): void {
    if (!entry) return;
    setUntil((before) => before ?? log.total);
    choose(entry.number);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") return resume();
    if (step === undefined) return;
    event.preventDefault();
    const at = open ? shown.indexOf(open) + step : 0;
    select(shown[at]);
    if (shown[at]) {
      document.getElementById(rowId(shown[at]))
        ?.scrollIntoView({ block: "nearest" });
    }
  }

  function resume(): void {
    setUntil(undefined);
    choose(undefined);
  }

  return (
    <div class="events">
      <div class="filters">
        <div role="group" aria-label="Event kinds" class="chips">
          {Object.keys(FILTERS).map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={!off.includes(name)}
              onClick={() =>
                setOff(
                  off.includes(name)
                    ? off.filter((it) => it !== name)
                    : [...off, name],
                )}
            >
              {name}
            </button>
          ))}
        </div>
        <input
          type="search"
          aria-label="Filter events by text"
          placeholder="Filter by text"
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
        <button
          type="button"
          onClick={() => until === undefined ? setUntil(log.total) : resume()}
        >
          {until === undefined ? "Pause" : "Resume"}
        </button>
      </div>
      <ol
        class={taskId === undefined ? "log" : "log narrow"}
        role="listbox"
        aria-label="Events, newest first"
        tabIndex={0}
        aria-activedescendant={open && rowId(open)}
        onKeyDown={onKeyDown}
      >
        {shown.map((entry, at) => (
          <li
            key={at}
            id={rowId(entry)}
            role="option"
            aria-selected={entry === open}
            class={entry.kind.toLowerCase()}
            onClick={() => select(entry)}
          >
            <time>{timeOfDay(entry.at)}</time>
            <span class="kind">{entry.kind.toLowerCase()}</span>
            {taskId === undefined && <span class="task">{nameOf(entry)}</span>}
            <span class="text">{textOf(entry)}</span>
          </li>
        ))}
        {shown.length === 0 && (
          <li
            role="option"
            aria-selected="false"
            aria-disabled="true"
            class="quiet"
          >
            {log.total === 0
              ? "No events yet."
              : "No event matches the filters."}
          </li>
        )}
      </ol>
      {open && (
        <Scrolled label={`Event ${open.name}`}>
          {`${open.name} ${JSON.stringify(open.body, null, 2)}`}
        </Scrolled>
      )}
      <p class="quiet">
        {counted(log.total, "event")} so far
        {until !== undefined && `, ${log.total - until} since the pause`}
      </p>
    </div>
  );
}

function rowId({ number }: LogEntry): string {
  return `event-${number}`;
}

function nameOf({ taskId }: LogEntry): string {
  return tasks.get(taskId)?.label ?? taskId;
}
