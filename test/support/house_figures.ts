import { filesInCycles, type ImportGraph } from "./import_graph.ts";

/** A file with fewer lines rarely holds one idea whole. */
const SHORT_LINES = 35;

/** How a part of the library is cut into files. */
export interface HouseFigures {
  /** How many files there are. */
  readonly files: number;
  /** The median of their lines. */
  readonly medianLines: number;
  /** The share of files under 35 lines, from 0 to 1. */
  readonly shortShare: number;
  /** The files that import each other in a circle, types included. */
  readonly inCycles: readonly string[];
  /** Comments that refer to a document outside the repository. */
  readonly unseen: readonly string[];
}

/**
 * Measure the files of a part of the library.
 *
 * @param graph All modules; cycles are looked for in the whole of it.
 * @param isPart Whether a path belongs to the part.
 */
export function houseFigures(
  graph: ImportGraph,
  isPart: (path: string) => boolean,
): HouseFigures {
  const files = [...graph.files].filter(([path]) => isPart(path));
  const lines = files.map(([, text]) => linesOf(text).length)
    .sort((a, b) => a - b);
  const short = lines.filter((count) => count < SHORT_LINES);
  return {
    files: files.length,
    medianLines: lines[lines.length >> 1] ?? 0,
    shortShare: short.length / files.length,
    inCycles: filesInCycles(graph).filter(isPart),
    unseen: files.flatMap(([path, text]) => unseenReferences(path, text)),
  };
}

function linesOf(text: string): string[] {
  return text.replace(/\n$/, "").split("\n");
}

/** A line that is a comment, or ends with one. */
const COMMENT = /^\s*(?:\/?\*|\/\/)|\s\/\/\s/;

/**
 * Paragraphs and numbered entries of documents that readers do not have; those
 * of an RFC are public.
 */
const UNSEEN =
  /(?<!RFC \d+, )§|\b[FSD]\d{1,2}\b|\b(?:api|design|engine|field|protocol|runtimes|size|style)\.md\b/;

/** Each comment of a file that refers to such a document. */
export function unseenReferences(path: string, text: string): string[] {
  return linesOf(text).flatMap((line, at) =>
    COMMENT.test(line) && UNSEEN.test(line)
      ? [`${path}:${at + 1}: ${line.trim()}`]
      : []
  );
}

/** The figures in one line. */
export function formatFigures(
  { files, medianLines, shortShare, inCycles, unseen }: HouseFigures,
): string {
  const share = (shortShare * 100).toFixed(1);
  return `${files} files, median ${medianLines} lines, ${share} % under ` +
    `${SHORT_LINES} lines, ${inCycles.length} in cycles, ` +
    `${unseen.length} references to unseen documents`;
}
