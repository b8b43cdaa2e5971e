import { type Handler, Parser, type ParserOptions } from "htmlparser2";
import { htmlTables } from "./_html_tables.ts";

/** HTML on its way into text. */
export interface HtmlReader {
  /** Take markup; returns the text that it adds. */
  write(markup: string): string;
  /** Close what is open; returns the rest of the text. */
  end(): string;
}

/** What is told about a page besides its text. */
export interface HtmlFindings {
  /** The page's title, once. */
  title(text: string): void;
  /** A table in Markdown form, when it is complete. */
  table(markdown: string): void;
}

/** Elements whose content is not text of the page. */
const DROPPED: ReadonlySet<string> = new Set(
  ["script", "style", "template", "svg", "title", "iframe"],
);

/** Elements that begin and end a line. */
const BLOCKS: ReadonlySet<string> = new Set(
  ("address article aside blockquote body br caption center dd details " +
    "dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 " +
    "h5 h6 head header hgroup hr html legend li main menu nav ol optgroup " +
    "option p pre search section select summary table tbody textarea tfoot " +
    "thead tr ul").split(" "),
);

/** Elements in which white space stays as it is. */
const VERBATIM: ReadonlySet<string> = new Set(["pre", "textarea"]);

/** How deep elements nest; browsers have the same limit. */
const MAX_DEPTH = 512;

/**
 * A parser whose elements nest {@linkcode MAX_DEPTH} deep.
 *
 * An element below that depth ends where its start tag ends, so that what it
 * contains follows it. Every end tag is looked up among the open elements:
 * without a limit, unclosed tags would make that quadratic.
 */
class FlatteningParser extends Parser {
  #depth = 0;
  /** Whether the element that begins is below the limit, once that is known. */
  #flat: boolean | undefined = false;

  constructor(handler: Partial<Handler>, options: ParserOptions) {
    super({
      ...handler,
      onopentag: (name, attributes, implied) => {
        this.#depth += 1;
        handler.onopentag?.(name, attributes, implied);
      },
      onclosetag: (name, implied) => {
        this.#depth -= 1;
        handler.onclosetag?.(name, implied);
      },
    }, options);
  }

  override isVoidElement(name: string): boolean {
    const limit = DROPPED.has(name) || VERBATIM.has(name)
      ? 2 * MAX_DEPTH
      : MAX_DEPTH;
    this.#flat ??= this.#depth >= limit;
    return this.#flat || super.isVoidElement(name);
  }

  override onopentagname(start: number, end: number): void {
    this.#flat = undefined;
    super.onopentagname(start, end);
  }

  override onclosetag(start: number, end: number): void {
    this.#flat = false;
    super.onclosetag(start, end);
  }
}

/**
 * Strip HTML of its tags while it arrives: block elements
 * become line ends, white space shrinks as it does on a page, entities are
 * decoded, scripts and styles are dropped, cells of a table row are parted by
 * tabs. The title goes to `findings`, and so does each table; the text of
 * tables is also in the text.
 */
export function htmlReader(findings: HtmlFindings): HtmlReader {
  const tables = htmlTables(findings.table);
  const open = { dropped: 0, verbatim: 0, title: false };
  let title: string | undefined;
  let text = "";
  let started = false;
  /** What parts the next word from the one before. */
  let gap: "" | " " | "\t" | "\n" = "";

  /** Widen the gap; a line end outdoes a tab, and a tab a blank. */
  function part(by: " " | "\t" | "\n"): void {
    if (gap !== "\n" && (by === "\n" || gap !== "\t")) gap = by;
  }

  function put(words: string): void {
    if (words === "") return;
    text += (started ? gap : "") + words;
    started = true;
    gap = "";
  }

  function flow(data: string): void {
    const words = data.replace(/[\t\n\f\r ]+/g, " ");
    if (words.startsWith(" ")) part(" ");
    put(words.replace(/^ | $/g, ""));
    if (words.length > 1 && words.endsWith(" ")) part(" ");
  }

  const parser = new FlatteningParser({
    onopentag(name, attributes): void {
      if (name === "title" && open.dropped === 0 && title === undefined) {
        open.title = true;
        title = "";
      }
      if (DROPPED.has(name)) open.dropped += 1;
      if (open.dropped > 0) return;
      if (VERBATIM.has(name)) open.verbatim += 1;
      if (name === "td" || name === "th") part("\t");
      if (BLOCKS.has(name)) {
        part("\n");
        tables.text("\n");
      }
      tables.open(name, attributes);
    },
    ontext(data): void {
      if (open.title) title += data;
      if (open.dropped > 0) return;
      tables.text(data);
      if (open.verbatim > 0) put(data.replace(/\r\n?/g, "\n"));
      else flow(data);
    },
    onclosetag(name): void {
      if (open.title && name === "title") {
        open.title = false;
        const found = title?.replace(/\s+/g, " ").trim();
        if (found) findings.title(found.normalize("NFC"));
      }
      if (DROPPED.has(name)) {
        open.dropped -= 1;
        return;
      }
      if (open.dropped > 0) return;
      if (VERBATIM.has(name)) open.verbatim -= 1;
      tables.close(name);
      if (BLOCKS.has(name)) part("\n");
    },
  }, { decodeEntities: true });

  function taken(): string {
    const out = text;
    text = "";
    return out;
  }

  return {
    write(markup): string {
      parser.write(markup);
      return taken();
    },
    end(): string {
      parser.end();
      return taken();
    },
  };
}
