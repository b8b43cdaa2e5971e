import type { JsonObject } from "../../../../schema/json.ts";
import type { Awaitable } from "../../node.ts";

/** What a tool is called, takes and gives, as agents are told. */
export interface ToolDescription {
  /** Its name; agents see it behind the component's id. */
  readonly name: string;
  /** What it does, for a model to read. */
  readonly description: string;
  /** The JSON Schema of its arguments. */
  readonly inputSchema: JsonObject;
  /** The JSON Schema of what it answers. */
  readonly outputSchema?: JsonObject;
}

/** Something that an agent can use. */
export interface Tool extends ToolDescription {
  /** Use it; the arguments fit its schema. */
  invoke(args: Readonly<Record<string, unknown>>): Awaitable<unknown>;
}
