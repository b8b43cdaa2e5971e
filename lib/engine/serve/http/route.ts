import type { Core } from "../../core.ts";
import type { Hold } from "./allowance.ts";
import type { Line } from "./line.ts";

/** A request on its way to its route. */
export interface RouteCall {
  readonly core: Core;
  readonly request: Request;
  /** The parameters after the question mark. */
  readonly query: URLSearchParams;
  /** What the request holds of the engine's memory. */
  readonly hold: Hold;
  /** A connection of the caller's, logged in unless the route is public. */
  readonly line: Line;
}

/** One path, with one method. */
export interface Route {
  readonly methods: readonly string[];
  readonly path: string;
  /**
   * Who may come: everybody, who has a credential in any form, or who has it
   * in the `Authorization` header.
   */
  readonly access: "public" | "credential" | "header";
  answer(call: RouteCall): Response | Promise<Response>;
}
