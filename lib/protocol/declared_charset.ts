/** Where a document names its charset. */
export interface Declaration {
  /** The name, as it is written. */
  readonly charset: string;
  /** Where the name begins in the text. */
  readonly from: number;
  /** Where it ends. */
  readonly to: number;
}

/** How much of a document is searched for its declaration. */
export const DECLARATION_REACH = 4096;

/** What a `<` begins: a tag with a name, a comment, or a declaration. */
const TAG = /<(?:(\/?[a-z][^\t\n\f\r />]*|\?xml(?=[\t\n\f\r ]))|!--|[!/?])/iy;
/** An attribute: its name, and its value in one of three forms. */
const ATTRIBUTE =
  /[\t\n\f\r /]*([^\t\n\f\r />][^\t\n\f\r />=]*)(?:[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)"?|'([^']*)'?|([^\t\n\f\r >]*)))?/y;

/** Check whether documents of a media type may declare their charset. */
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
  const start = /^\ufeff?[\t\n\f\r ]*(?=<)/.exec(text)?.[0].length ?? -1;
  let at = start;
  while (at >= 0) {
    const found = matchAt(TAG, text, at);
    const [tag = "<", name] = found ?? [];
    let next = at + tag.length;
    if (name !== undefined) {
      const attributes = attributesOf(text, next);
      next = attributes.next;
      const declared = /^meta$/i.test(name)
        ? charsetOf(attributes)
        : at === start && name.startsWith("?")
        ? part(attributes.get("encoding"), /\S+/)
        : undefined;
      if (declared) return declared;
    } else if (found) {
      // `<!-->` is a whole comment.
      const end = tag === "<!--" ? "-->" : ">";
      next = text.indexOf(end, at + 2) + end.length;
      if (next < end.length) return undefined;
    }
    at = text.indexOf("<", next);
  }
  return undefined;
}

/** The value of an attribute, and where it begins. */
type Value = readonly [value: string, from: number];

/** The attributes of a tag by name, the first of each, and where it ends. */
class Attributes extends Map<string, Value> {
  next = 0;
}

function attributesOf(text: string, start: number): Attributes {
  const attributes = new Attributes();
  let found: RegExpExecArray | null;
  attributes.next = start;
  while ((found = matchAt(ATTRIBUTE, text, attributes.next))) {
    const [whole, name = "", ...forms] = found;
    const value = forms.find((form) => form !== undefined) ?? "";
    // Only its closing quote may come after a value.
    const from = attributes.next + whole.lastIndexOf(value);
    const key = name.toLowerCase();
    if (!attributes.has(key)) attributes.set(key, [value, from]);
    attributes.next = ATTRIBUTE.lastIndex;
  }
  return attributes;
}

function matchAt(
  pattern: RegExp,
  text: string,
  at: number,
): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** The charset that the attributes of a `meta` element give. */
function charsetOf(attributes: Attributes): Declaration | undefined {
  const [about = ""] = attributes.get("http-equiv") ?? [];
  return part(attributes.get("charset"), /\S(?:.*\S)?/s) ??
    (about.trim().toLowerCase() === "content-type"
      ? part(
        attributes.get("content"),
        /charset[\t\n\f\r ]*=[\t\n\f\r ]*["']?([^\t\n\f\r ;"']+)/i,
      )
      : undefined);
}

/** The part of a value that is the name of a charset. */
function part(
  attribute: Value | undefined,
  pattern: RegExp,
): Declaration | undefined {
  const [value, from] = attribute ?? ["", 0];
  const found = pattern.exec(value);
  if (!found) return undefined;
  const [whole, charset = whole] = found;
  const start = from + found.index + whole.length - charset.length;
  return { charset, from: start, to: start + charset.length };
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
