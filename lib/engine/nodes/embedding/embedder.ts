import type { PipeContext } from "../../node.ts";

/** Something that makes vectors of texts; what embedding nodes differ in. */
export interface Embedder {
  /** What to call the model in documents and questions. */
  readonly model: string;
  /** Make a vector of each text, all of one length. */
  embed(
    texts: readonly string[],
    pipe: PipeContext,
  ): Promise<readonly (readonly number[])[]>;
}
