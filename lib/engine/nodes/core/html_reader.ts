import { type Handler, Parser, type ParserOptions } from "htmlparser2";
import { htmlTables } from "./html_tables.ts";
import type { TextFlow } from "./text_decoding.ts";

/** How a page is read, and what is reported of it besides its text. */
export interface HtmlOptions {
  /** Whether it is XML: elements may end themselves, CDATA is text. */
  readonly xhtml: boolean;
  /** The page's title, once. */
  title(text: string): void;
  /** A table in Markdown form, when it is complete. */
  table(markdown: string): void;
}

/** Elements whose content is not text of the page. */
const DROPPED: ReadonlySet<string> = new Set(
  ["script", "style", "template", "svg", "title", "iframe"],
);

/** Elements that end an `<svg>` which is not closed, as in browsers. */
const OUTSIDE_SVG: ReadonlySet<string> = new Set(
  ("b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 " +
    "h5 h6 head hr i img li listing menu meta nobr ol p pre ruby s small " +
    "span strong strike sub sup table tt u ul var").split(" "),
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

/** A part of a page that is left out, or one inside of it that is not. */
interface Part {
  readonly name: string;
  readonly shown: boolean;
}

/**
 * Strip HTML of its tags while it arrives: block elements become line ends,
 * white space shrinks as it does on a page, entities are decoded, scripts and
 * styles are dropped, cells of a table row are separated by tabs. The text of
 * tables is also in the text.
 */
export function htmlReader(options: HtmlOptions): TextFlow<string> {
  const tables = htmlTables(options.table);
  const parts: Part[] = [];
  let verbatim = 0;
  let inTitle = false;
  let title: string | undefined;
  let text = "";
  let started = false;
  /** What separates the next word from the one before. */
  let gap: "" | " " | "\t" | "\n" = "";

  const isShown = (): boolean => parts.at(-1)?.shown ?? true;

  /** Widen the gap; a line end outdoes a tab, and a tab a blank. */
  function separate(by: " " | "\t" | "\n"): void {
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
    if (words.startsWith(" ")) separate(" ");
    put(words.replace(/^ | $/g, ""));
    if (words.length > 1 && words.endsWith(" ")) separate(" ");
  }

  /** Begin a part that is left out, or shown inside of one, if it is such. */
  function beginPart(name: string): void {
    if (OUTSIDE_SVG.has(name)) {
      while (parts.at(-1)?.name === "svg") parts.pop();
    }
    if (DROPPED.has(name)) parts.push({ name, shown: false });
    if (name === "foreignobject" && parts.at(-1)?.name === "svg") {
      parts.push({ name, shown: true });
    }
  }

  function endPart(name: string): void {
    const at = parts.findLastIndex((part) => part.name === name);
    if (at >= 0) parts.length = at;
  }

  const parser = new FlatteningParser({
    onopentag(name, attributes): void {
      if (name === "title" && isShown() && title === undefined) {
        inTitle = true;
        title = "";
      }
      beginPart(name);
      if (!isShown()) return;
      if (VERBATIM.has(name)) verbatim += 1;
      if (name === "td" || name === "th") separate("\t");
      if (BLOCKS.has(name)) {
        separate("\n");
        tables.text("\n");
      }
      tables.open(name, attributes);
    },
    ontext(data): void {
      if (inTitle) title += data;
      if (!isShown()) return;
      tables.text(data);
      if (verbatim > 0) put(data.replace(/\r\n?/g, "\n"));
      else flow(data);
    },
    onclosetag(name): void {
      if (inTitle && name === "title") {
        inTitle = false;
        const found = title?.replace(/\s+/g, " ").trim();
        if (found) options.title(found.normalize("NFC"));
      }
      if (DROPPED.has(name) || name === "foreignobject") {
        endPart(name);
        return;
      }
      if (!isShown()) return;
      if (VERBATIM.has(name)) verbatim = Math.max(0, verbatim - 1);
      tables.close(name);
      if (BLOCKS.has(name)) separate("\n");
    },
  }, {
    decodeEntities: true,
    recognizeCDATA: options.xhtml,
    recognizeSelfClosing: options.xhtml,
  });

  function taken(): string {
    const out = text;
    text = "";
    return out;
  }

  return {
    push(markup): string {
      parser.write(markup);
      return taken();
    },
    end(): string {
      parser.end();
      return taken();
    },
  };
}
