/** Told how an object gets on its way; must not throw. */
export interface ObjectWatcher {
  /** The engine has opened the pipe. */
  opened(size: number | undefined): void;
  /**
   * The engine has consumed that many bytes of the source more; text that is
   * transcoded counts as it was.
   */
  acknowledged(bytes: number): void;
  /** Everything is consumed; the close is next. */
  closing(): void;
}
