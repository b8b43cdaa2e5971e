/** Milliseconds that a runtime has for all cases. */
export const RUN_MS = 600_000;

/** Milliseconds that a process may take to end after its last case. */
export const EXIT_MS = 10_000;
