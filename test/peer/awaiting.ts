import type { AwaitedCase } from "./listed.ts";

/**
 * Every case that fails against the faithful peer because the client is wrong.
 * One that passes, or that the suite no longer has, fails the run.
 */
export const AWAITING: readonly AwaitedCase[] = [];
