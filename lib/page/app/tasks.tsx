/// <reference lib="dom" />
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { overview, second, tasks } from "./engine_model.ts";
import { count, counted, rate } from "./format.ts";
import { hrefOf, route } from "./route.ts";
import type { TaskModel } from "./task_model.ts";

/** With more tasks than this, the list has a filter. */
const FEW = 8;

/** All tasks: running tasks first, then the newest first. */
export function TaskList({ onStart }: { onStart: () => void }): JSX.Element {
  const [words, setWords] = useState("");
  second.value;
  const isKnown = overview.value !== undefined;
  const all = [...tasks.values()].sort((a, b) =>
    Number(a.completed) - Number(b.completed) || b.startTime - a.startTime
  );
  const wanted = words.trim().toLowerCase();
  const shown = all.filter(({ label, provider }) =>
    `${label} ${provider}`.toLowerCase().includes(wanted)
  );
  const current = route.value.view === "task" ? route.value.id : undefined;
  return (
    <nav class="tasks" aria-label="Tasks">
      <header>
        <h2>Tasks</h2>
        <button type="button" onClick={onStart}>Start a pipeline</button>
      </header>
      {all.length > FEW && (
        <input
          type="search"
          aria-label="Filter tasks by name"
          placeholder={`Filter ${counted(all.length, "task")}`}
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
      )}
      {isKnown && all.length === 0 && <p class="quiet">No tasks.</p>}
      {all.length > 0 && shown.length === 0 && (
        <p class="quiet">No task matches.</p>
      )}
      <ul>
        {shown.map((task) => (
          <li key={task.id}>
            <a
              href={hrefOf({ view: "task", id: task.id })}
              aria-current={task.id === current ? "page" : undefined}
            >
              <span class={`dot ${task.mood}`} />
              <span class="name">{task.label}</span>
              <span class="rate">{rateOf(task)}</span>
              <span class="more">
                {task.mood === "good"
                  ? <span class="hidden">running</span>
                  : `${task.stateName} · `}
                {task.provider} · {count(task.done)} done
                {task.failed > 0 && <em>, {count(task.failed)} failed</em>}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function rateOf({ series, completed }: TaskModel): string {
  const last = series.done.slice(-3);
  const mean = last.reduce((sum, it) => sum + it, 0) / (last.length || 1);
  return completed || mean === 0 ? "" : `${rate(mean)}/s`;
}
