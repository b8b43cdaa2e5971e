const LOOKED_AT = 4_096;

/**
 * Find the `seq` of a frame that is not a message, so that its sender can be
 * told and does not wait for ever.
 *
 * @param frame What arrived.
 * @returns The number, or `undefined` when none can be made out.
 */
export function salvageSeq(frame: string | Uint8Array): number | undefined {
  const start = typeof frame === "string"
    ? frame.slice(0, LOOKED_AT)
    : new TextDecoder().decode(frame.subarray(0, LOOKED_AT));
  const [, digits] = /"seq"\s*:\s*(\d{1,15})(?!\d)/.exec(start) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
