import { drainMicrotasks } from "./fake_clock.ts";

/** What a promise has come to once everything that is due has happened. */
export async function stateOf(
  promise: Promise<unknown>,
): Promise<"pending" | "fulfilled" | "rejected"> {
  let state: "pending" | "fulfilled" | "rejected" = "pending";
  promise.then(() => state = "fulfilled", () => state = "rejected");
  await drainMicrotasks();
  return state;
}
