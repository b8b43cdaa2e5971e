/// <reference lib="dom" />
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** What {@linkcode Tabs} needs. */
export interface TabsProps {
  readonly label: string;
  /** The one that is shown until another is chosen. */
  readonly first: string;
  /** What each tab shows, by title; a title may have more words behind a space. */
  readonly children: Readonly<Record<string, () => JSX.Element>>;
}

/** Panels of which one is shown; arrow keys move between their tabs. */
export function Tabs({ label, first, children }: TabsProps): JSX.Element {
  const [chosen, choose] = useState<string>();
  const list = useRef<HTMLDivElement>(null);
  const titles = Object.keys(children);
  const names = titles.map((title) => title.split(" ")[0]!);
  const at = Math.max(0, names.indexOf(chosen ?? first));
  const hasMoved = useRef(false);
  useEffect(() => {
    if (!hasMoved.current) return;
    hasMoved.current = false;
    (list.current?.children[at] as HTMLElement | undefined)?.focus();
  }, [at]);

  function onKeyDown(event: KeyboardEvent): void {
    const last = titles.length - 1;
    const to = {
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at === 0 ? last : at - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    hasMoved.current = true;
    choose(names[to]);
  }

  return (
    <section class="tabs" aria-label={label}>
      <div role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
        {titles.map((title, place) => (
          <button
            key={names[place]}
            type="button"
            role="tab"
            id={`tab-${names[place]}`}
            aria-selected={place === at}
            aria-controls="panel"
            tabIndex={place === at ? 0 : -1}
            onClick={() => choose(names[place])}
          >
            {title}
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id="panel"
        class="panel"
        aria-labelledby={`tab-${names[at]}`}
        key={names[at]}
      >
        {children[titles[at]!]!()}
      </div>
    </section>
  );
}
