import type { PipeContext } from "../../node.ts";
import { codePoints } from "../chunk_limit.ts";
import { PLAIN } from "../separators.ts";
import { splitRecursively } from "../text_splitter.ts";
import { countTokens } from "../llm/count_tokens.ts";

/** Room that is left for the text however little the model holds. */
const LEAST_SHARE = 0.25;

/**
 * Cut a text into pieces that the node's LLM can hold beside the instructions
 * and its reply.
 *
 * @param base The prompt without a text.
 */
export async function piecesFor(
  pipe: PipeContext,
  text: string,
  base: string,
): Promise<readonly string[]> {
  const ask = (op: string): Promise<unknown> =>
    pipe.control("llm", { op, args: {} });
  const holds = Number(await ask("getContextLength"));
  const replies = Number(await ask("getOutputLength"));
  const counter = await ask("getTokenCounter");
  const count = (part: string): number =>
    typeof counter === "function" ? Number(counter(part)) : countTokens(part);
  const left = Math.max(holds * LEAST_SHARE, holds - replies - count(base));
  // Cutting needs lengths that add up, which those in tokens do not.
  const density = count(text) / codePoints(text);
  const most = Math.max(1, Math.floor(left / density));
  return splitRecursively(text, PLAIN, { most, measure: codePoints });
}
