import type { PipeContext } from "../../node.ts";
import { codePoints } from "../chunk_limit.ts";
import { PLAIN } from "../separators.ts";
import { splitRecursively } from "../text_splitter.ts";
import { countTokens } from "./count_tokens.ts";

/** How a text is going to be shown to an LLM. */
export interface FittingOptions {
  /** The prompt without a text. */
  readonly base: string;
  /**
   * Whether the reply repeats the text, and so must have room for it, too.
   *
   * @default {false}
   */
  readonly repeats?: boolean;
}

/** Room that is left for the text however little the model holds. */
const LEAST_SHARE = 0.25;

/** What a reply that repeats a text has around it, in tokens. */
const AROUND = 500;

/**
 * Cut a text into pieces that the LLM of a node can hold beside the prompt and
 * its reply.
 */
export async function fittingPieces(
  pipe: PipeContext,
  text: string,
  { base, repeats = false }: FittingOptions,
): Promise<readonly string[]> {
  const ask = (op: string): Promise<unknown> =>
    pipe.control("llm", { op, args: {} });
  const holds = Number(await ask("getContextLength"));
  const replies = Number(await ask("getOutputLength"));
  const counter = await ask("getTokenCounter");
  const count = (part: string): number =>
    typeof counter === "function" ? Number(counter(part)) : countTokens(part);
  const free = holds - count(base);
  const room = repeats
    ? Math.min(replies - AROUND, (free - AROUND) / 2)
    : free - replies;
  const least = LEAST_SHARE * (repeats ? Math.min(holds, replies) : holds);
  // Cutting needs lengths that add up, which those in tokens do not.
  const density = count(text) / codePoints(text);
  const most = Math.max(1, Math.floor(Math.max(least, room) / density));
  return splitRecursively(text, PLAIN, { most, measure: codePoints });
}
