import type { TaskContext } from "../../node.ts";
import { configReader } from "../config_reader.ts";
import type { NodeOverrides, Start } from "../options.ts";
import { type PrivateSpan, privateSpans } from "./private_data.ts";

/**
 * The node `anonymize_text`: covers personal data in a text.
 *
 * The text of an object is collected, since data may lie across its writes. It
 * goes on when the object is complete, with every character of what was found
 * replaced. A server asks a model. Here, an override does the work; without
 * one, only data with a form of its own is found.
 */
export function anonymizeText(
  override: NodeOverrides["anonymize_text"],
): Start {
  return (context) => {
    const mask = maskOf(context);
    const { id, config } = context;
    return {
      instance: (pipe) => {
        const texts: string[] = [];
        const { signal } = pipe;
        const cover = override ?? ((text) => maskPrivate(text, mask));
        return {
          on: {
            text: (text) => {
              texts.push(text);
              return "consume";
            },
          },
          closing: async () => {
            signal.throwIfAborted();
            const text = texts.join("");
            if (text === "") return;
            const covered: unknown = await cover(text, { id, config, signal });
            signal.throwIfAborted();
            if (typeof covered !== "string") {
              throw new TypeError(
                "Cannot cover personal data: the function 'anonymize_text' " +
                  "must return a string",
              );
            }
            await pipe.emit("text", covered);
          },
        };
      },
    };
  };
}

function maskOf(context: TaskContext): string {
  const read = configReader(context);
  const mask = read.text("anonymizeChar", "█") || "█";
  if ([...mask].length === 1) return mask;
  throw read.fault("'anonymizeChar' must be one character");
}

/** How often a text is looked through before its lines are given up. */
const MAX_PASSES = 8;

/**
 * Put a mask over all personal data in a text that its form tells.
 *
 * The result has as many characters as the text, and the same line ends. No
 * personal data can be found in it any more: what a mask beside it makes look
 * like some is masked, too. Lines where that goes on and on are masked as a
 * whole, and if that does not end it, the whole text is.
 *
 * @param mask One character.
 */
export function maskPrivate(text: string, mask: string): string {
  let masked = text;
  for (let pass = 0; pass <= MAX_PASSES; pass += 1) {
    const found = privateSpans(masked).toSorted((a, b) => a.from - b.from);
    const lines = pass === MAX_PASSES;
    const next = cover(masked, lines ? wholeLines(masked, found) : found, mask);
    if (next === masked) return masked;
    masked = next;
  }
  const whole = { from: 0, to: masked.length };
  return cover(masked, privateSpans(masked).length > 0 ? [whole] : [], mask);
}

type Span = Pick<PrivateSpan, "from" | "to">;

function cover(text: string, spans: Iterable<Span>, mask: string): string {
  const parts: string[] = [];
  let done = 0;
  for (const { from, to } of spans) {
    if (to <= done) continue;
    const start = Math.max(from, done);
    parts.push(text.slice(done, start));
    for (const sign of text.slice(start, to)) {
      parts.push(sign === "\n" || sign === "\r" ? sign : mask);
    }
    done = to;
  }
  return parts.join("") + text.slice(done);
}

/** The lines that spans are in. */
function* wholeLines(text: string, spans: Iterable<Span>): Generator<Span> {
  let done = 0;
  for (const { from, to } of spans) {
    if (to <= done) continue;
    const start = text.lastIndexOf("\n", from - 1) + 1;
    const end = text.indexOf("\n", to);
    done = end < 0 ? text.length : end;
    yield { from: start, to: done };
  }
}
