import type { Generation } from "../support/faithful_peer/generation.ts";

/** A case of the behaviour suite that cannot pass against a real server. */
export interface PeerException {
  /** Its title, as the suite prints it. */
  readonly title: string;
  /** The generation of servers that it cannot pass against; both if absent. */
  readonly generation?: Generation;
  /** Why it cannot. */
  readonly reason: string;
  /** The title of the test of what a user should see there instead. */
  readonly replacedBy: string;
}

/** A case that fails until the client is mended. */
export interface AwaitedCase {
  /** Its title, as the suite prints it. */
  readonly title: string;
  /** The generation of servers that it fails against; both if absent. */
  readonly generation?: Generation;
  /** What is wrong in the client. */
  readonly fact: string;
}
