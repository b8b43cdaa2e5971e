import { isRecord } from "../../../../schema/json.ts";
import type { Question } from "../../../../schema/question.ts";
import type { PipeContext } from "../../node.ts";
import { codePoints, PLAIN, splitRecursively } from "../text_splitter.ts";

/**
 * Ask the LLM that a node controls.
 *
 * @returns The answer alone: JSON when the question expects it, else a string.
 * @throws What the LLM fails with, or that there is none.
 */
export async function askLlm(
  pipe: PipeContext,
  question: Question,
): Promise<unknown> {
  pipe.signal.throwIfAborted();
  const reply = await pipe.control("llm", { op: "ask", args: { question } });
  pipe.signal.throwIfAborted();
  return isRecord(reply) && "answer" in reply ? reply.answer : reply;
}

/** Estimate how many tokens a text has: a quarter of its length. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

/** Room that is left for the text however little the model holds. */
const LEAST_SHARE = 0.25;

/** What a reply that repeats a text has around it, in tokens. */
const AROUND = 500;

/**
 * Cut a text into pieces that the LLM of a node can hold beside the prompt and
 * its reply.
 *
 * @param base The prompt without a text.
 * @param repeats Whether the reply repeats the text, so that it needs room for
 * the text as well.
 */
export async function fittingPieces(
  pipe: PipeContext,
  text: string,
  { base, repeats = false }: { base: string; repeats?: boolean },
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
