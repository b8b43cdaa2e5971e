/** One object on its way through `parse`, once it is known what it is. */
export interface Reading {
  /** Take bytes; resolves when what came of them has been passed on. */
  write(bytes: Uint8Array): Promise<void>;
  /** The object is complete. */
  end(): Promise<void>;
}

/** Take an object of which nothing comes. */
export function noReading(): Reading {
  return { write: () => Promise.resolve(), end: () => Promise.resolve() };
}
