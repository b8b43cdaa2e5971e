/// <reference lib="dom" />
import { type JSX, render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Session } from "@rocketride/streams";
import { Charts } from "./charts.tsx";
import { isExposed } from "./address.ts";
import { access, leave, link, open } from "./connection.ts";
import {
  beat,
  follow,
  overview,
  second,
  tasks,
  total,
  trouble,
} from "./engine_model.ts";
import { Events } from "./events.tsx";
import { count, duration, rate } from "./format.ts";
import { hrefOf, type Route, route } from "./route.ts";
import { Start } from "./start.tsx";
import { Store } from "./store.tsx";
import { Fact, TaskView } from "./task.tsx";
import { TaskList } from "./tasks.tsx";

/** The whole page. */
function Page(): JSX.Element {
  const [isStarting, setStarting] = useState(false);
  const { value: current } = access;
  useEffect(() => {
    if (current) follow(current);
  }, [current]);
  const { value: shown } = route;
  useEffect(() => setStarting(false), [shown]);
  return (
    <div class={`page at-${shown.view}`}>
      <button
        type="button"
        class="skip"
        onClick={() => document.querySelector("main")?.focus()}
      >
        Skip to the content
      </button>
      <Bar />
      {link.value.state === "key" && <KeyDialog {...link.value} />}
      {trouble.value !== "" && <p class="error" role="alert">{trouble}</p>}
      {current && (
        <>
          <TaskList onStart={() => setStarting(true)} />
          <main tabIndex={-1}>
            <View session={current.session} shown={shown} />
          </main>
          {isStarting && (
            <Dialog
              title="Start a pipeline"
              onClose={() => setStarting(false)}
            >
              <Start
                session={current.session}
                onStarted={() => setStarting(false)}
              />
            </Dialog>
          )}
        </>
      )}
      {!current && link.value.state !== "key" && (
        <main class="waiting">
          <p class="quiet">
            {link.value.state === "lost"
              ? "The engine does not answer. Retrying…"
              : "Connecting to the engine…"}
          </p>
        </main>
      )}
    </div>
  );
}

const VIEWS: readonly (readonly [string, Route])[] = [
  ["Overview", { view: "overview" }],
  ["Events", { view: "events" }],
  ["Store", { view: "store", path: "" }],
];

function Bar(): JSX.Element {
  const { state } = link.value;
  const words = {
    open: "Connected",
    connecting: "Connecting…",
    lost: "Connection lost",
    key: "Key required",
  }[state];
  const { view } = route.value;
  return (
    <header class="bar">
      <a class="brand" href="#/">
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <circle cx="5" cy="12" r="3" />
          <circle cx="19" cy="6" r="3" />
          <circle cx="19" cy="18" r="3" />
          <path d="M8 12C13 12 11 6 16 6M8 12C13 12 11 18 16 18" />
        </svg>
        RocketRide
      </a>
      <nav aria-label="Views">
        {VIEWS.map(([name, to]) => (
          <a
            key={name}
            href={hrefOf(to)}
            aria-current={to.view === view ? "page" : undefined}
          >
            {name}
          </a>
        ))}
      </nav>
      <p class="link-state" role="status">
        <span class={`dot ${state === "open" ? "good" : "soon"}`} />
        <span class="words">{words}</span>
        <span class="host">{location.host}</span>
      </p>
      {state === "open" && (
        <button
          type="button"
          class="link"
          onClick={() => void leave()}
        >
          Change key
        </button>
      )}
    </header>
  );
}

function View(
  { session, shown }: { session: Session; shown: Route },
): JSX.Element {
  beat.value;
  switch (shown.view) {
    case "store":
      return <Store session={session} path={shown.path} />;
    case "events":
      return (
        <div class="wide-events">
          <h1>Events</h1>
          <Events />
        </div>
      );
    case "task": {
      const task = tasks.get(shown.id);
      if (task) return <TaskView key={task.id} session={session} task={task} />;
      return (
        <p class="quiet">
          The engine knows no such task (any more).
        </p>
      );
    }
    case "overview":
      return <Overview session={session} />;
  }
}

function Overview({ session }: { session: Session }): JSX.Element {
  second.value;
  const { value: engine } = overview;
  if (!engine) {
    return (
      <p class="quiet">
        {trouble.value === "" ? "Loading tasks…" : "Cannot list the tasks."}
      </p>
    );
  }
  const all = [...tasks.values()];
  if (all.length === 0) {
    return (
      <div class="welcome">
        <h1>No tasks yet</h1>
        <p>
          A pipeline takes objects in at its source, passes them from component
          to component, and gives back what comes of them. Start one, then send
          it a file or a question.
        </p>
        <Start session={session} />
      </div>
    );
  }
  const done = all.reduce((sum, it) => sum + it.done, 0);
  const failed = all.reduce((sum, it) => sum + it.failed, 0);
  return (
    <div class="overview">
      <h1>Overview</h1>
      <dl class="facts">
        <Fact name="Running tasks">
          {count(all.filter(({ completed }) => !completed).length)}
        </Fact>
        <Fact name="Done">{count(done)}</Fact>
        <Fact name="Failed" isBad={failed > 0}>{count(failed)}</Fact>
        <Fact name="Now">{`${rate(total.done.at(-1) ?? 0)}/s`}</Fact>
        <Fact name="Connections">{count(engine.totalConnections)}</Fact>
        <Fact name="Engine uptime">
          {duration(engine.serverUptime * 1_000)}
        </Fact>
      </dl>
      <Charts of={total} name="all" />
      <section aria-label="Latest events" class="panel">
        <Events />
      </section>
    </div>
  );
}

function KeyDialog({ reason }: { reason?: string }): JSX.Element {
  const [key, setKey] = useState("");
  return (
    <Dialog title="Engine key">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void open(key);
        }}
      >
        {reason !== undefined && <p class="error" role="alert">{reason}</p>}
        <label for="key">This engine requires a key.</label>
        <input
          id="key"
          aria-describedby="key-kept"
          type="password"
          autocomplete="off"
          spellcheck={false}
          value={key}
          onInput={(event) => setKey(event.currentTarget.value)}
        />
        <p id="key-kept" class="quiet">
          The page keeps it in memory only.
        </p>
        {isExposed() && (
          <p class="error">
            This page was loaded without encryption: others on the network may
            read the key on its way.
          </p>
        )}
        <button type="submit" class="primary" disabled={key === ""}>
          Connect
        </button>
      </form>
    </Dialog>
  );
}

/** A modal dialog; without `onClose` it cannot be closed. */
function Dialog(
  { title, onClose, children }: {
    title: string;
    onClose?: () => void;
    children: JSX.Element;
  },
): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="dialog-title"
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      // Some browsers close a dialog at the second attempt in any case.
      onClose={() => dialog.current?.showModal()}
    >
      <header>
        <h2 id="dialog-title">{title}</h2>
        {onClose && <button type="button" onClick={onClose}>Close</button>}
      </header>
      {children}
    </dialog>
  );
}

render(<Page />, document.querySelector("#page")!);
void open();
