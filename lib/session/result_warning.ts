/** What `onWarning` of `connect` receives besides its message. */
export interface ResultWarning {
  /** An object has left no result: it may have reached no component. */
  readonly kind: "empty-result";
  /** The id of the object. */
  readonly objectId: string;
  /** The media type that the pipe was opened with. */
  readonly mimeType: string;
  /**
   * The lanes of the source that data of this media type takes: the first of
   * them that the pipeline connects.
   */
  readonly lanes: readonly string[];
}
