import { isRecord } from "../../../../schema/json.ts";
import { ExecutionException } from "../../../errors.ts";
import type { SummaryLimits } from "./summary_limits.ts";

/** What a piece of a document says; parts that are not wanted are empty. */
export interface Summary {
  /** The gist. */
  readonly summary: string;
  /** What matters most. */
  readonly keyPoints: readonly string[];
  /** Whom and what it is about. */
  readonly entities: readonly string[];
}

/**
 * Read what a model answered.
 *
 * @throws {ExecutionException} It is no object.
 */
export function readSummary(answer: unknown, limits: SummaryLimits): Summary {
  if (!isRecord(answer)) {
    throw new ExecutionException("The model did not answer a summary");
  }
  const { summary, keyPoints, entities } = answer;
  const { summaryWords, keyPointWords, entities: most } = limits;
  return {
    summary: summaryWords > 0 && typeof summary === "string"
      ? summary.trim()
      : "",
    keyPoints: keyPointWords > 0 ? texts(keyPoints) : [],
    entities: texts(entities).slice(0, most),
  };
}

/** Models like to give a point a title, and an entity a kind. */
function texts(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.map((item) => {
    if (!isRecord(item)) return typeof item === "string" ? item.trim() : "";
    return Object.values(item).filter((part) => typeof part === "string")
      .join(": ");
  }).filter((text) => text !== "");
}

/** All summaries as the one text that goes on. */
export function summaryText(summaries: readonly Summary[]): string {
  const blocks: readonly (readonly [string, string])[] = [
    // Spelt as RocketRide does, for whoever looks for the heading.
    [
      "Summmary:",
      summaries.filter(({ summary }) => summary !== "")
        .map(({ summary }) => `    ${summary}\n\n`).join(""),
    ],
    ["Key Points:", listed(summaries.flatMap((one) => one.keyPoints))],
    ["Entities:", listed(summaries.flatMap((one) => one.entities))],
  ];
  return blocks.filter(([, text]) => text !== "")
    .map(([heading, text]) => `${heading}\n${text}\n\n`).join("");
}

/** A summary as the texts of up to three documents. */
export function summaryParts(one: Summary): readonly string[] {
  return [
    one.summary === "" ? "" : `Summary:\n${one.summary}\n`,
    headed("Key Points:", one.keyPoints),
    headed("Entities:", one.entities),
  ].filter((text) => text !== "");
}

function headed(heading: string, items: readonly string[]): string {
  if (items.length === 0) return "";
  return `${heading}\n${items.map((item) => `- ${item}\n`).join("")}`;
}

function listed(items: readonly string[]): string {
  return items.map((item) => `   - ${item}\n`).join("");
}
