/** Where a document names its charset. */
export interface Declaration {
  /** The name, as it is written. */
  readonly charset: string;
  /** Where the name begins in the text. */
  readonly from: number;
  /** Where it ends. */
  readonly to: number;
}

/** An attribute of a tag; its value is empty where it has none. */
interface Attribute {
  readonly name: string;
  readonly value: string;
  /** Where the value begins. */
  readonly from: number;
  /** The place after the attribute. */
  readonly next: number;
}

/** How much of a document is searched for its declaration. */
export const DECLARATION_REACH = 4096;

const SPACE = /[\t\n\f\r ]/;

/** Tell whether documents of a media type may declare their charset. */
export function isMarkup(essence: string): boolean {
  return essence === "text/html" || essence.endsWith("/xml") ||
    essence.endsWith("+xml");
}

/**
 * Find the charset that an HTML or XML document gives itself: in an XML
 * declaration, else in the first `meta` element that has one, as `charset` or
 * as `http-equiv="content-type"`. Comments and the attributes of other elements
 * are skipped, as browsers do.
 *
 * @param document The document, or its beginning; 4,096 characters are
 * searched.
 */
export function findDeclaration(document: string): Declaration | undefined {
  const text = document.slice(0, DECLARATION_REACH);
  const start = skipSpace(text, text.startsWith("\ufeff") ? 1 : 0);
  if (text.charAt(start) !== "<") return undefined;
  if (/^<\?xml[\t\n\f\r ]/i.test(text.slice(start, start + 6))) {
    const end = text.indexOf("?>", start);
    const found = attributesOf(text.slice(0, Math.max(end, 0)), start + 5)
      .find(({ name, value }) => name === "encoding" && value !== "");
    if (found) return declaration(found.value, found.from);
  }
  let at = start;
  while (at >= 0) {
    const tag = text.slice(at, at + 6).toLowerCase();
    if (tag.startsWith("<!--")) {
      // `<!-->` is a whole comment.
      const end = text.indexOf("-->", at + 2);
      if (end < 0) return undefined;
      at = text.indexOf("<", end + 3);
      continue;
    }
    let next = at + 1;
    if (/^<\/?[a-z]/.test(tag)) {
      const name = nameEnd(text, at + 1);
      const attributes = attributesOf(text, name);
      next = attributes.at(-1)?.next ?? name;
      const found = /^<meta[\t\n\f\r />]/.test(tag)
        ? charsetOf(attributes)
        : undefined;
      if (found) return found;
    } else if (/^<[!/?]/.test(tag)) {
      const end = text.indexOf(">", at);
      if (end < 0) return undefined;
      next = end + 1;
    }
    at = text.indexOf("<", next);
  }
  return undefined;
}

/** The charset that the attributes of a `meta` element give. */
function charsetOf(
  attributes: readonly Attribute[],
): Declaration | undefined {
  const named = (name: string): Attribute | undefined =>
    attributes.find((attribute) => attribute.name === name);
  const charset = named("charset");
  if (charset && charset.value.trim() !== "") {
    return declaration(charset.value, charset.from);
  }
  const content = named("content");
  const about = named("http-equiv")?.value.trim().toLowerCase();
  if (!content || about !== "content-type") return undefined;
  const found = /charset[\t\n\f\r ]*=[\t\n\f\r ]*["']?/i.exec(content.value);
  if (!found) return undefined;
  const from = found.index + found[0].length;
  const [name = ""] = content.value.slice(from).split(/[\t\n\f\r ;"']/, 1);
  return name === "" ? undefined : declaration(name, content.from + from);
}

function declaration(value: string, from: number): Declaration {
  const charset = value.trim();
  const start = from + value.indexOf(charset);
  return { charset, from: start, to: start + charset.length };
}

/** The attributes of a tag, from a place after its name to its end. */
function attributesOf(text: string, start: number): readonly Attribute[] {
  const attributes: Attribute[] = [];
  let at = start;
  for (;;) {
    while (text.charAt(at) === "/" || SPACE.test(text.charAt(at))) at++;
    if (at >= text.length || text.charAt(at) === ">") return attributes;
    const attribute = attributeAt(text, at);
    attributes.push(attribute);
    at = attribute.next;
  }
}

function attributeAt(text: string, start: number): Attribute {
  const end = nameEnd(text, start + 1);
  const name = text.slice(start, end).toLowerCase();
  const equals = skipSpace(text, end);
  if (text.charAt(equals) !== "=") {
    return { name, value: "", from: end, next: end };
  }
  const from = skipSpace(text, equals + 1);
  const quote = text.charAt(from);
  if (quote === '"' || quote === "'") {
    const close = text.indexOf(quote, from + 1);
    const to = close < 0 ? text.length : close;
    return {
      name,
      value: text.slice(from + 1, to),
      from: from + 1,
      next: to + 1,
    };
  }
  let to = from;
  while (to < text.length && !/[\t\n\f\r >]/.test(text.charAt(to))) to++;
  return { name, value: text.slice(from, to), from, next: to };
}

/** Where the name of a tag or an attribute ends. */
function nameEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && !/[\t\n\f\r />=]/.test(text.charAt(at))) at++;
  return at;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (SPACE.test(text.charAt(at))) at++;
  return at;
}

/**
 * Makes a document that becomes UTF-8 say so: what it declares was true of its
 * former bytes, and servers believe it. Holds the beginning back until it is
 * long enough to have the declaration in it.
 */
export class DeclaredAsUtf8 {
  #held = "";
  #done = false;

  /** Take text; returns what can go on. */
  push(text: string): string {
    if (this.#done) return text;
    this.#held += text;
    return this.#held.length < DECLARATION_REACH ? "" : this.end();
  }

  /** The rest. */
  end(): string {
    const text = this.#held;
    this.#held = "";
    if (this.#done) return text;
    this.#done = true;
    const found = findDeclaration(text);
    return found
      ? `${text.slice(0, found.from)}utf-8${text.slice(found.to)}`
      : text;
  }
}
