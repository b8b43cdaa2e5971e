// deno-lint-ignore no-external-import -- what all three runtimes have
import { inspect } from "node:util";

/** Something planted that must not come out. */
export interface Plant {
  /** What it is, for the report. */
  readonly name: string;
  /** Letters and digits that occur nowhere else. */
  readonly value: string;
}

/** Something planted that came out. */
export interface Leak {
  /** Where. */
  readonly place: string;
  /** What. */
  readonly name: string;
  /** In which encoding. */
  readonly form: string;
  /** What is around it. */
  readonly text: string;
}

/** Members that are asked for by name; they must not be enumerable. */
const BY_NAME: ReadonlySet<PropertyKey> = new Set([
  "token",
  "publicToken",
  "userToken",
  "notes",
]);

/** Members that hold what the pipeline or the server made of the data. */
const DATA: ReadonlySet<PropertyKey> = new Set(["result", "dapResult"]);

const MAX_DEPTH = 10;
const MAX_OBJECTS = 3_000;
const AROUND = 40;

/** Searches everything that comes out of the library for what was planted. */
export class Search {
  readonly #plants: Plant[] = [];
  readonly #leaks: Leak[] = [];
  /** What was found in texts that were searched before. */
  readonly #known: Map<string, readonly Hit[]> = new Map();
  #places = 0;

  /** What must not come out. */
  plant(name: string, value: string): void {
    this.#plants.push({ name, value });
    this.#known.clear();
  }

  /** How many texts were searched. */
  get places(): number {
    return this.#places;
  }

  /** What was found. */
  get leaks(): readonly Leak[] {
    return this.#leaks;
  }

  /**
   * Search a value in everything that it shows.
   *
   * @param place Where it came out.
   * @param value Anything.
   * @param allowed What the caller asked for there, by the plants' names.
   */
  look(place: string, value: unknown, allowed: readonly string[] = []): void {
    for (const [path, text, data] of textsOf(value)) {
      this.#places++;
      for (const { name, value, form } of this.#hits(text)) {
        if (allowed.includes(name) || data && name === "payload") continue;
        const at = Math.max(0, text.indexOf(value) - AROUND);
        this.#leaks.push({
          place: place + path,
          name,
          form,
          text: text.slice(at, at + value.length + 2 * AROUND),
        });
      }
    }
  }

  #hits(text: string): readonly Hit[] {
    const known = this.#known.get(text);
    if (known) return known;
    const views = decoded(text);
    const hits = this.#plants.flatMap(({ name, value }) => {
      const form = found(views, value);
      return form === undefined ? [] : [{ name, value, form }];
    });
    this.#known.set(text, hits);
    return hits;
  }
}

interface Hit extends Plant {
  readonly form: string;
}

type Text = readonly [path: string, text: string, data: boolean];

/** Every text that a value shows to those who look at it. */
function* textsOf(value: unknown): Generator<Text> {
  yield* shown(value);
  yield* members(value, "", false, 0, new Set());
}

/** What consoles, strings, JSON and clones show. */
function* shown(value: unknown): Generator<Text> {
  const inspectors: Record<string, () => unknown> = {
    inspect: () => inspect(value, { depth: 12, maxArrayLength: 1_000 }),
    "inspect hidden": () =>
      inspect(value, { depth: 12, showHidden: true, maxArrayLength: 1_000 }),
    "inspect of a list": () => inspect([value], { depth: 12 }),
    platform: () => platformInspect(value),
    string: () => String(value),
    json: () => JSON.stringify(value),
    clone: () => inspect(structuredClone(value), { depth: 12 }),
    spread: () => inspect({ ...value as object }, { depth: 12 }),
    stack: () => value instanceof Error ? value.stack : undefined,
  };
  for (const [name, look] of Object.entries(inspectors)) {
    let text: unknown;
    try {
      text = look();
    } catch (error) {
      // What a failed look says is shown as well.
      text = String(error);
    }
    if (typeof text === "string") yield [` (${name})`, text, false];
  }
}

function platformInspect(value: unknown): unknown {
  const { Deno, Bun } = globalThis as unknown as Record<
    string,
    { inspect(value: unknown, options?: object): string } | undefined
  >;
  return (Deno ?? Bun)?.inspect(value, { depth: 12 });
}

/** Every string below a value, hidden members and getters included. */
function* members(
  value: unknown,
  path: string,
  data: boolean,
  depth: number,
  seen: Set<unknown>,
): Generator<Text> {
  if (typeof value === "string") return yield [path, value, data];
  if (typeof value === "symbol") return yield [path, String(value), data];
  if (typeof value !== "object" || value === null) return;
  if (seen.has(value) || depth > MAX_DEPTH || seen.size > MAX_OBJECTS) return;
  seen.add(value);
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(
      value.buffer,
      value.byteOffset,
      value.byteLength,
    );
    return yield [path, new TextDecoder().decode(bytes), data];
  }
  if (value instanceof Map || value instanceof Set) {
    yield* members([...value], `${path}.entries`, data, depth + 1, seen);
  }
  for (
    let place: object | null = value;
    place !== null && !BUILT_IN.has(place);
    place = Object.getPrototypeOf(place)
  ) {
    for (const name of Reflect.ownKeys(place)) {
      const { enumerable = false } = Object.getOwnPropertyDescriptor(
        place,
        name,
      ) ?? {};
      if (BY_NAME.has(name) && !enumerable) continue;
      yield [`${path} (names)`, String(name), data];
      let member: unknown;
      try {
        member = Reflect.get(place, name, value);
      } catch (error) {
        member = error;
      }
      const isData = data || DATA.has(name) && !enumerable;
      const next = `${path}.${String(name)}`;
      yield* members(member, next, isData, depth + 1, seen);
    }
  }
}

const BUILT_IN: ReadonlySet<object> = new Set([
  Object,
  Array,
  Error,
  TypeError,
  Map,
  Set,
  Promise,
  AbortSignal,
  ReadableStream,
  WritableStream,
].map(({ prototype }) => prototype));

/** A text, and the same with the escapes of usual encodings undone. */
function decoded(text: string): readonly (readonly [string, string])[] {
  const views = new Map([[text, "plain"]]);
  function add(form: string, view: string): void {
    if (!views.has(view)) views.set(view, form);
  }
  let json = text;
  for (let round = 0; round < 3; round++) {
    json = json.replace(/\\u\{?([\da-f]{4,6})\}?|\\x([\da-f]{2})/gi, character)
      .replaceAll("\\\\", "\\");
    add("escapes", json);
  }
  add(
    "percent",
    text.replace(/%([\da-f]{2})/gi, character),
  );
  add("entities", text.replace(/&#x([\da-f]+);/gi, character));
  for (const view of [...views.keys()]) {
    add("in pieces", view.replace(/[^\p{L}\d]/gu, ""));
  }
  for (const view of [...views.keys()]) add("lower case", view.toLowerCase());
  return [...views].map(([view, form]) => [form, view]);
}

function character(all: string, hex?: string, other?: string): string {
  const code = parseInt(hex ?? other ?? "", 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : all;
}

/** The form in which a value occurs in one of the views of a text. */
function found(
  views: readonly (readonly [string, string])[],
  value: string,
): string | undefined {
  for (const [view, text] of views) {
    for (const [form, needle] of formsOf(value)) {
      if (text.includes(needle)) return `${view}, ${form}`;
    }
  }
  return undefined;
}

const FORMS = new Map<string, readonly (readonly [string, string])[]>();

function formsOf(value: string): readonly (readonly [string, string])[] {
  let forms = FORMS.get(value);
  if (!forms) FORMS.set(value, forms = makeForms(value));
  return forms;
}

function makeForms(value: string): readonly (readonly [string, string])[] {
  const bytes = [...new TextEncoder().encode(value)];
  const base64 = [0, 1, 2].map((before) => {
    const encoded = btoa("\0".repeat(before) + value);
    return encoded.slice(
      Math.ceil(before * 8 / 6),
      Math.floor((before + value.length) * 8 / 6),
    );
  });
  return [
    ["plain", value],
    ["lower case", value.toLowerCase()],
    ["reversed", [...value].reverse().join("")],
    ["hex", bytes.map((it) => it.toString(16)).join("")],
    ["decimal", bytes.join("")],
    ...base64.flatMap((it) =>
      [
        ["base64", it],
        ["base64url", it.replaceAll("+", "-").replaceAll("/", "_")],
      ] as const
    ),
  ];
}
