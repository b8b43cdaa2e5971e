/// <reference lib="dom" />
import { type Signal, signal } from "@preact/signals";

/** What the page shows. */
export type Route =
  | { readonly view: "overview" | "events" }
  | { readonly view: "task"; readonly id: string }
  | { readonly view: "store"; readonly path: string };

/** The view, from the address after `#`, so that links and the history work. */
export const route: Signal<Route> = signal(read());

addEventListener("hashchange", () => void (route.value = read()));

/** The address of a view. */
export function hrefOf(to: Route): string {
  switch (to.view) {
    case "overview":
      return "#/";
    case "events":
      return "#/events";
    case "task":
      return `#/task/${encodeURIComponent(to.id)}`;
    case "store":
      return `#/store/${to.path.split("/").map(encodeURIComponent).join("/")}`;
  }
}

/** Navigate to a view. */
export function show(to: Route): void {
  location.hash = hrefOf(to);
}

function read(): Route {
  const [, view, ...rest] = location.hash.split("/").map(decoded);
  if (view === "events") return { view };
  if (view === "task" && rest[0]) return { view, id: rest.join("/") };
  if (view === "store") return { view, path: rest.filter(Boolean).join("/") };
  return { view: "overview" };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
