/** A way to tell watchers about one task. */
export interface TaskEvents {
  /** Whether anybody would receive events of this kind at this moment. */
  wanted(bit: number): boolean;
  /**
   * Send an event to everybody who subscribed to its kind.
   *
   * @param bit The kind, as a bit of `EVENT_BITS`.
   * @param event The event's name.
   * @param body Makes the body; not called when nobody listens.
   * @param pipeId The pipe that the event is about, if it is about one.
   */
  publish(
    bit: number,
    event: string,
    body: () => Readonly<Record<string, unknown>>,
    pipeId?: number,
  ): void;
}
