/** How much of a file's code has run. */
export interface FileCoverage {
  /** The file, as the report names it. */
  readonly path: string;
  /** Lines with code. */
  readonly lines: number;
  /** Those of them that ran. */
  readonly hit: number;
}

/**
 * Read a coverage report in the LCOV format.
 *
 * Only lines count. A file that is reported more than once, as several test
 * processes may do, counts once: a line was hit when it was hit in any report.
 */
export function readLcov(text: string): FileCoverage[] {
  const files = new Map<string, Map<string, boolean>>();
  let lines = new Map<string, boolean>();
  for (const record of text.split("\n")) {
    const value = record.slice(3);
    if (record.startsWith("SF:")) {
      lines = files.get(value) ?? new Map();
      files.set(value, lines);
    } else if (record.startsWith("DA:")) {
      const [line = "", hits = "0"] = value.split(",");
      lines.set(line, lines.get(line) === true || Number(hits) > 0);
    }
  }
  return Array.from(files, ([path, lines]) => ({
    path,
    lines: lines.size,
    hit: [...lines.values()].filter(Boolean).length,
  }));
}

/** The share of lines that ran, in per cent; of no lines, all did. */
export function lineCoverage(files: readonly FileCoverage[]): number {
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  const hit = files.reduce((sum, file) => sum + file.hit, 0);
  return lines === 0 ? 100 : 100 * hit / lines;
}
