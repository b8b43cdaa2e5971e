/** What became of a case that was run against the faithful peer. */
export type Outcome =
  /** It passed. */
  | "passed"
  /** It failed. */
  | "failed"
  /** It is among the exceptions, and fails as it should. */
  | "excepted"
  /** It waits for a fix of the client, and fails until then. */
  | "awaiting"
  /** It is listed, and passed all the same. */
  | "passed although listed"
  /** No server is part of it. */
  | "without a peer";

/** A line of the log. */
export interface CaseRecord {
  /** The case. */
  readonly title: string;
  /** What became of it. */
  readonly outcome: Outcome;
}

/** The variable that names the file of the log. */
export const LOG_VARIABLE = "TEST_PEER_LOG";

/** Take down what became of a case, where a log is kept. */
export function logCase(record: CaseRecord): void {
  const path = Deno.env.get(LOG_VARIABLE);
  if (path === undefined) return;
  // Test files run side by side: a line is written in one piece.
  Deno.writeTextFileSync(path, `${JSON.stringify(record)}\n`, {
    append: true,
  });
}

/** Read a log. */
export async function readCases(path: string): Promise<CaseRecord[]> {
  const text = await Deno.readTextFile(path).catch(() => "");
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line));
}
