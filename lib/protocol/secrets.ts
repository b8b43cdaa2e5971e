import type { ConnectResult } from "../../schema/account.ts";
import type { EventMessage, ResponseMessage } from "../../schema/envelope.ts";
import { encodeUtf8 } from "../bytes.ts";
import { classifyFailure, textOf } from "./failure.ts";

/** The most values that are remembered; the oldest are evicted. */
const MAX_VALUES = 4_096;
/** Shorter values occur in ordinary words; they hide whole strings only. */
const MIN_SEARCHED = 4;
/** Deeper members of a message are left out. */
const MAX_DEPTH = 256;
/** Private and public task tokens, as servers make them. */
const TOKEN = /\b[pt]k_[\w-]+/g;
const MAX_CAUSES = 8;
const HIDDEN = "***";
/**
 * What servers report of a task: words for people, console output and flow
 * traces. They may quote the settings of components.
 */
const TEXTS = /^(?:errors|exitMessage|message|output|status|trace|warnings)$/;

/**
 * The values that must not show in traces and errors: credentials, and what
 * was substituted in pipelines. They are found by value, wherever they occur,
 * also escaped as in JSON, percent-encoded or in Base64.
 */
export class Secrets {
  /** Each value with the forms that it is searched in, once it was searched. */
  readonly #values: Map<string, readonly string[] | undefined> = new Map();

  /** Remember a value; whatever is not a string, or empty, is ignored. */
  add(value: unknown): void {
    if (typeof value !== "string" || value === "") return;
    const known = this.#values.get(value);
    this.#values.delete(value);
    this.#values.set(value, known);
    const [oldest] = this.#values.keys();
    if (this.#values.size > MAX_VALUES) this.#values.delete(oldest!);
  }

  /** Replace all values in a text, and shorten task tokens. */
  readonly hide = (text: string): string => {
    if (text === "") return text;
    if (this.#values.has(text)) return HIDDEN;
    const spans: [from: number, to: number][] = [];
    this.#values.forEach((known, value) => {
      // Most sessions end without a text to search, and need none of them.
      const forms = known ?? formsOf(value);
      this.#values.set(value, forms);
      for (const form of forms) {
        let end = 0;
        for (let at; (at = text.indexOf(form, end)) >= 0;) {
          spans.push([at, end = at + form.length]);
        }
      }
    });
    return withoutSpans(text, spans).replace(TOKEN, shortToken);
  };

  /**
   * The same status or event, or a copy with its texts for people hidden.
   * Notes that hand out a key of the task are then read by name only.
   */
  hideTexts<T extends object>(body: T): T {
    let shown = body;
    for (const [name, member] of Object.entries(body)) {
      if (TEXTS.test(name)) shown = { ...shown, [name]: this.hideIn(member) };
    }
    let found = false;
    mapTexts((body as { readonly notes?: unknown }).notes, (text) => {
      found ||= this.hide(text) !== text;
      return text;
    }, false);
    return found ? conceal(shown, ["notes" as keyof T]) : shown;
  }

  /**
   * A copy of what JSON could carry with {@linkcode hide} applied to its
   * strings.
   *
   * @param names Whether to apply it to the names of members as well.
   */
  hideIn<T>(value: T, names: boolean = false): T {
    return mapTexts(value, this.hide, names) as T;
  }
}

/**
 * A failure without secrets: servers repeat in failures what they were sent.
 * The meaning of a failure is read from its text, so a text that would lose
 * its meaning stays: its words are the server's own.
 */
export function shownFailure(
  response: ResponseMessage,
  secrets: Secrets,
): ResponseMessage {
  const { message, type, seq, request_seq } = response;
  const hidden = secrets.hideIn(response, true);
  const copy = { ...hidden, type, seq, request_seq, success: false };
  const [before, after] = [response, copy]
    .map(({ message }) => classifyFailure(textOf(message)).code);
  return before === after ? copy : { ...copy, message: message! };
}

/** An event without secrets in its texts. */
export function shownEvent(
  event: EventMessage,
  secrets: Secrets,
): EventMessage {
  const body = shownAccount(secrets.hideTexts(event.body), secrets);
  return body === event.body ? event : { ...event, body };
}

/** An account whose durable credential is read by name only. */
export function shownAccount<T extends ConnectResult>(
  account: T,
  secrets: Secrets,
): T {
  const { userToken } = account;
  if (typeof userToken !== "string") return account;
  secrets.add(userToken);
  return conceal(account, ["userToken"]);
}

/**
 * The start of a task token: enough to tell tasks apart, and what servers
 * show in events as well.
 */
export function shortToken(token: string): string {
  return `${token.slice(0, Math.min(8, token.length >> 1))}…`;
}

/**
 * The same error, or a copy if it shows a secret in its own words or in those
 * of its causes: platforms quote the address that they could not reach.
 */
export function redactError(
  error: unknown,
  redact: (text: string) => string,
  depth: number = 0,
): unknown {
  if (typeof error === "string") return redact(error);
  if (!(error instanceof Error)) {
    return Object(error) === error ? undefined : error;
  }
  if (depth > MAX_CAUSES) return undefined;
  const { message, name, cause } = error;
  const shown = cause && redactError(cause, redact, depth + 1);
  // Some have the address in a member of their own.
  const clean = Object.getOwnPropertyNames(error).every((name) => {
    const member: unknown = Reflect.get(error, name);
    return typeof member !== "string" || redact(member) === member;
  });
  if (clean && shown === cause) return error;
  const copy = new Error(redact(message), shown ? { cause: shown } : {});
  const code: unknown = Reflect.get(error, "code");
  return Object.assign(copy, { name }, code === undefined ? {} : { code });
}

/** A value as it is, escaped as in JSON, percent-encoded, and in Base64. */
function formsOf(value: string): string[] {
  if (value.length < MIN_SEARCHED) return [];
  const wellFormed = value.toWellFormed();
  const bytes = Array.from(
    encodeUtf8(wellFormed),
    (byte) => String.fromCharCode(byte),
  ).join("");
  // A credential may be given with its scheme, and be repeated without it.
  const bare = value.replace(/^(?:Bearer|Basic) /i, "");
  const forms = [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(wellFormed),
    // Bytes may begin at each place of a group of three.
    ...[0, 1, 2].map((before) => {
      const encoded = btoa("\0".repeat(before) + bytes);
      // Digits that neighbouring bytes have a part in are left out.
      const whole = Math.floor((before + bytes.length) * 8 / 6);
      return encoded.slice(Math.ceil(before * 8 / 6), whole);
    }),
    ...(bare === value ? [] : formsOf(bare)),
  ];
  return [...new Set(forms)];
}

/** Spans may overlap where one value ends as another one begins. */
function withoutSpans(
  text: string,
  spans: readonly (readonly [number, number])[],
): string {
  let shown = "";
  let end = -1;
  for (const [from, to] of spans.toSorted(([a], [b]) => a - b)) {
    if (from > end) shown += text.slice(Math.max(end, 0), from) + HIDDEN;
    end = Math.max(end, to);
  }
  return shown + text.slice(Math.max(end, 0));
}

function mapTexts(
  value: unknown,
  map: (text: string) => string,
  names: boolean,
  depth: number = 0,
): unknown {
  if (typeof value === "string") return map(value);
  const isLeaf = typeof value !== "object" || value instanceof Uint8Array;
  if (isLeaf || !value) return value;
  if (depth === MAX_DEPTH) return "…";
  const inner = (item: unknown): unknown =>
    mapTexts(item, map, names, depth + 1);
  return Array.isArray(value) ? value.map(inner) : Object.fromEntries(
    Object.entries(value)
      .map(([name, member]) => [names ? map(name) : name, inner(member)]),
  );
}

/**
 * A copy whose members of the given names can only be read by name: they are
 * not enumerated, copied, serialised or inspected.
 *
 * @param record A record.
 * @param names The members; those that are missing stay missing.
 */
export function conceal<T extends object>(
  record: T,
  names: readonly (keyof T)[],
): T {
  const copy = { ...record };
  for (const name of names) {
    if (!Object.hasOwn(record, name)) continue;
    const value = record[name];
    // Not a value: inspectors may show those of hidden members, too.
    Object.defineProperty(copy, name, { get: () => value, enumerable: false });
  }
  return copy;
}
