import type { JsonValue } from "./json.ts";

/**
 * An answer as it travels on the lane `answers` (api §1.3, engine §2.2).
 */
export interface Answer {
  /** Text, or a JSON value when JSON was asked for; `null` = not set. */
  readonly answer: JsonValue;
  /** Whether the question asked for JSON. */
  readonly expectJson: boolean;
}
