import type { ConfigReader } from "../config_reader.ts";

/** What a summary is made of; 0 leaves a part out. */
export interface SummaryLimits {
  /** How many pieces of the text are summarised, from its beginning. */
  readonly pieces: number;
  /** How many words a summary has at most. */
  readonly summaryWords: number;
  /** How many words a key point has at most. */
  readonly keyPointWords: number;
  /** How many entities are listed at most. */
  readonly entities: number;
}

/** Read them from a configuration. */
export function summaryLimits(read: ConfigReader): SummaryLimits {
  const least = { min: 0 };
  return {
    pieces: read.number("numberOfSummaries", 2, { min: 1 }),
    summaryWords: read.number("numberOfSummaryWords", 1_500, least),
    keyPointWords: read.number("numberOfKeyPointWords", 250, least),
    entities: read.number("numberOfEntities", 25, least),
  };
}
