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

/**
 * A comment, the name of a tag, the end of one, or an attribute: its name, and
 * its value in one of three forms. Text belongs to the token before it.
 */
const TOKEN =
  /<!(?=--).*?(?:-->|$)[^<]*|<([a-z/!?][^\s/>]*)|[<>][^<]*|([^\s/>=]+)(?:\s*=\s*(?:"([^"]*)"?|'([^']*)'?|([^\s>]+)))?/gis;

/** Check whether documents of a media type may declare their charset. */
export function isMarkup(essence: string): boolean {
  return /^text\/html$|[/+]xml$/.test(essence);
}

/** The value of an attribute, and where it begins. */
type Value = readonly [value: string, from: number];

type Attributes = Record<string, Value | undefined>;

/**
 * Find the charset that an HTML or XML document declares: in an XML
 * declaration, else in the first `meta` element that has one, as `charset` or
 * as `http-equiv="content-type"`. Comments and the attributes of other elements
 * are skipped, as browsers do.
 *
 * @param document The document, or its beginning; 4,096 characters are
 * searched.
 */
export function findDeclaration(document: string): Declaration | undefined {
  const text = document.slice(0, DECLARATION_REACH);
  if (!/^\s*</.test(text)) return undefined;
  let tag: string | undefined;
  /** The attributes of the tag by name, the first of each. */
  let attributes: Attributes = {};
  for (const found of text.matchAll(TOKEN)) {
    const [token, name, key, ...forms] = found;
    if (name) {
      // Only the first tag can be an XML declaration.
      tag = tag === undefined || name !== "?xml" ? name.toLowerCase() : "";
      attributes = {};
    } else if (key) {
      const value = forms.find((form) => form !== undefined) ?? "";
      // Only its closing quote may come after a value.
      const from = found.index + token.lastIndexOf(value);
      attributes[key.toLowerCase()] ??= [value, from];
    } else if (token.startsWith(">")) {
      const declared = declaredBy(tag, attributes);
      if (declared) return declared;
    }
  }
  return undefined;
}

/** The charset that a tag declares. */
function declaredBy(
  tag: string | undefined,
  attributes: Readonly<Attributes>,
): Declaration | undefined {
  const { charset, content, encoding, "http-equiv": httpEquiv } = attributes;
  if (tag === "?xml") return charsetIn(encoding, /\S+/);
  if (tag !== "meta") return undefined;
  const isType = /^\s*content-type\s*$/i.test(httpEquiv?.[0] ?? "");
  return charsetIn(charset, /\S+/) ??
    charsetIn(isType ? content : undefined, /charset\s*=\s*["']?([^\s;"']+)/i);
}

/** The name of a charset in the value of an attribute. */
function charsetIn(
  attribute: Value | undefined,
  pattern: RegExp,
): Declaration | undefined {
  const [value, from] = attribute ?? ["", 0];
  const found = pattern.exec(value);
  if (!found) return undefined;
  const [whole, charset = whole] = found;
  const to = from + found.index + whole.length;
  return { charset, from: to - charset.length, to };
}

/** Replace the charset that a document declares, if it does, by UTF-8. */
export function declaredAsUtf8(text: string): string {
  const { from, to } = findDeclaration(text) ?? { from: 0, to: 0 };
  return to ? `${text.slice(0, from)}utf-8${text.slice(to)}` : text;
}
