/** A module's reference to another one. */
export interface ModuleReference {
  /** What is written between the quotes; absent where no text is written. */
  readonly specifier: string | undefined;
  /** Whether it is an `import()` rather than an import or export declaration. */
  readonly dynamic: boolean;
  /** Whether the whole declaration says `import type` or `export type`. */
  readonly typeOnly: boolean;
}

/** What the architecture's rules want to know about a module's text. */
export interface ModuleScan {
  readonly references: readonly ModuleReference[];
  /** How often it says `export * from`. */
  readonly starExports: number;
  /** How often it says `export default`. */
  readonly defaultExports: number;
}

interface Token {
  readonly kind: "word" | "text" | "value" | "mark";
  readonly text: string;
}

const SPACE = /(?:\s|\/\/.*|\/\*[^]*?\*\/)+/y;
const TEXT = /"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*'/y;
const WORD = /#?[\p{ID_Start}$_][\p{ID_Continue}$]*/uy;
const NUMBER = /\d[\w.]*/y;
const EXPRESSION = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y;
const TEMPLATE = /(?:\\[^]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y;

/** Words after which a slash begins a regular expression. */
const BEFORE_EXPRESSION = new Set(
  "return typeof case in of delete void throw new do else await yield instanceof"
    .split(" "),
);

/**
 * Find the imports, re-exports and dynamic imports of a TypeScript module.
 *
 * Comments, texts and regular expressions are told apart from code; types are
 * not, so an `import("…")` in a type counts as a dynamic import. The
 * architecture test compares the result with what `deno info` finds.
 */
export function scanModule(source: string): ModuleScan {
  const tokens = tokensOf(source);
  const references: ModuleReference[] = [];
  let starExports = 0;
  let defaultExports = 0;
  tokens.forEach((token, at) => {
    const next = tokens[at + 1];
    if (token.kind !== "word" || tokens[at - 1]?.text === ".") return;
    if (token.text === "import" && next?.text === "(") {
      references.push({
        specifier: literal(tokens, at + 2),
        dynamic: true,
        typeOnly: false,
      });
    } else if (token.text === "import" && next?.kind === "text") {
      references.push({
        specifier: next.text,
        dynamic: false,
        typeOnly: false,
      });
    } else if (token.text === "import" || token.text === "export") {
      if (token.text === "export" && next?.text === "*") starExports++;
      if (token.text === "export" && next?.text === "default") defaultExports++;
      const specifier = declared(tokens, at + 1);
      if (specifier !== undefined) {
        references.push({
          specifier,
          dynamic: false,
          typeOnly: next?.text === "type" && tokens[at + 2]?.text !== "from",
        });
      }
    }
  });
  return { references, starExports, defaultExports };
}

/** The text that is the whole argument of a call. */
function literal(tokens: readonly Token[], at: number): string | undefined {
  const after = tokens[at + 1]?.text;
  const alone = after === ")" || after === ",";
  return tokens[at]?.kind === "text" && alone ? tokens[at]!.text : undefined;
}

/**
 * The text after `from`, when only names, commas, stars and braces lie between:
 * anything else means that no import or re-export began here.
 */
function declared(tokens: readonly Token[], start: number): string | undefined {
  let depth = 0;
  for (let at = start; at < tokens.length && depth >= 0; at++) {
    const { kind, text } = tokens[at]!;
    const next = tokens[at + 1];
    if (text === "from" && depth === 0 && next?.kind === "text") {
      return next.text;
    }
    if (text === "{") depth++;
    else if (text === "}") depth--;
    else if (
      kind === "word" ? depth === 0 && isDeclaration(text) : !isPartOfList(text)
    ) break;
  }
  return undefined;
}

function isPartOfList(mark: string): boolean {
  return mark === "," || mark === "*";
}

function isDeclaration(word: string): boolean {
  return ["function", "const", "let", "class", "interface", "async", "enum"]
    .includes(word);
}

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  /** For each template whose expression is being read: its open braces. */
  const templates: number[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(source)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const takeTemplate = (): void => {
    const part = take(TEMPLATE) ?? source.slice(at);
    if (part.endsWith("${")) templates.push(0);
    else tokens.push({ kind: "value", text: "`" });
  };
  while (at < source.length) {
    if (take(SPACE) !== undefined) continue;
    const text = take(TEXT);
    const word = text ?? take(WORD);
    if (text !== undefined) {
      tokens.push({ kind: "text", text: text.slice(1, -1) });
    } else if (word !== undefined) {
      tokens.push({ kind: "word", text: word });
    } else if (take(NUMBER) !== undefined) {
      tokens.push({ kind: "value", text: "0" });
    } else if (
      source[at] === "/" && !endsValue(tokens.at(-1)) &&
      take(EXPRESSION) !== undefined
    ) {
      tokens.push({ kind: "value", text: "//" });
    } else {
      const mark = source[at++]!;
      const open = templates.at(-1);
      if (mark === "`") takeTemplate();
      else if (mark === "}" && open === 0) {
        templates.pop();
        takeTemplate();
      } else {
        if (open !== undefined && mark === "{") {
          templates.push(templates.pop()! + 1);
        }
        if (open !== undefined && mark === "}") {
          templates.push(templates.pop()! - 1);
        }
        tokens.push({ kind: "mark", text: mark });
      }
    }
  }
  return tokens;
}

/** Whether a value may end here, so that a slash would divide it. */
function endsValue(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === "word") return !BEFORE_EXPRESSION.has(token.text);
  return token.kind !== "mark" || ")]}".includes(token.text);
}
