import type { Question } from "../../../../schema/question.ts";
import type { Awaitable, PipeContext } from "../../node.ts";

/** What a model is asked. */
export interface ModelRequest {
  /** The question. */
  readonly question: Question;
  /** The question as the one text that models get. */
  readonly prompt: string;
  /** Which try it is, from 1; JSON that does not parse is asked for again. */
  readonly attempt: number;
}

/** Something that answers prompts; what LLM nodes differ in. */
export interface Model {
  /** How many tokens prompt and reply may have together. */
  readonly contextTokens: number;
  /** How many tokens a reply may have. */
  readonly outputTokens: number;
  /**
   * Answer a prompt.
   *
   * @returns The model's text, or a JSON value from models that need no text.
   */
  reply(request: ModelRequest, pipe: PipeContext): Awaitable<unknown>;
}
