import type { CaseReport, Places } from "./case.ts";

/** What a runtime is started for; plain data. */
export interface Job {
  readonly places: Places;
  /** Only the cases that this picks; see `selected.ts`. */
  readonly filter: string;
}

/** What a runtime says while it works; a line of JSON each, or a request. */
export type Message =
  | { readonly type: "report"; readonly report: CaseReport }
  | { readonly type: "unhandled"; readonly text: string }
  | { readonly type: "done" };
