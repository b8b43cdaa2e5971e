/** A key that may do everything. */
export const KEY = "conformance-key";

/** A key that may watch, and nothing else. */
export const READER_KEY = "conformance-reader";

/** What the engine of the conformance server lets in. */
export const KEYS: readonly (
  | string
  | { readonly key: string; readonly permissions: readonly ["task.monitor"] }
)[] = [KEY, { key: READER_KEY, permissions: ["task.monitor"] }];
