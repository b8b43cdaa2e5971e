/** A file that who has the link may read. */
export interface FileLink {
  readonly userId: string;
  readonly path: string;
  /** What a download is called. */
  readonly name: string;
  /** When it ends, in Unix milliseconds. */
  readonly until: number;
}

const MAX_LINKS = 10_000;

/** The links to files that an engine has given out; they cannot be guessed. */
export class FileLinks {
  readonly #newId: () => string;
  readonly #links: Map<string, FileLink> = new Map();

  /** Begin without links; `newId` gives what cannot be guessed. */
  constructor(newId: () => string) {
    this.#newId = newId;
  }

  /** Make a link; returns its token. The oldest make room for it. */
  add(link: FileLink): string {
    for (const [token, { until }] of this.#links) {
      const isOver = until <= Date.now() || this.#links.size >= MAX_LINKS;
      if (isOver) this.#links.delete(token);
    }
    const token = this.#newId();
    this.#links.set(token, link);
    return token;
  }

  /** The file of a link that has not ended. */
  find(token: string): FileLink | undefined {
    const link = this.#links.get(token);
    return link && link.until > Date.now() ? link : undefined;
  }
}
