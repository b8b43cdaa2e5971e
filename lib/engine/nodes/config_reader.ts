import { isRecord, type JsonObject } from "../../../schema/json.ts";
import { unresolved } from "../../../schema/pipeline.ts";
import { ValidationException } from "../../errors.ts";
import type { TaskContext } from "../node.ts";

/** A range that a number must be in. */
export interface NumberRange {
  /** The least value. */
  readonly min?: number;
  /** The greatest value. */
  readonly max?: number;
  /** Whether fractions are allowed; they are not, unless it says so. */
  readonly fraction?: boolean;
}

/** Controls and what is not Latin-1, such as typographic quotes. */
const NOT_IN_HEADERS = /[^\t\x20-\x7e\x80-\xff]/;

/** Reads members of a node's configuration; `null` counts as absent. */
export interface ConfigReader {
  /** A text; `fallback` when absent. */
  text(name: string, fallback: string): string;
  /** One of some texts; the first when absent. */
  choice<T extends string>(name: string, choices: readonly T[]): T;
  /** A number; digits in a text are one, as placeholders resolve to text. */
  number(name: string, fallback: number, range?: NumberRange): number;
  /** A flag; the texts `true` and `false` are flags, too. */
  flag(name: string, fallback: boolean): boolean;
  /** A list of texts, none when absent. */
  texts(name: string): readonly string[];
  /** A list of objects, none when absent. */
  records(name: string): readonly JsonObject[];
  /**
   * A key, trimmed and fit for a header; empty when absent. Never part of a
   * message.
   */
  secret(name: string): string;
  /** The exception for a member that is not right. */
  fault(what: string): ValidationException;
}

/**
 * Make a reader of a component's effective configuration.
 *
 * Each of its functions throws a {@linkcode ValidationException} that names
 * the component and the member when the value does not fit.
 */
export function configReader(
  { config, id }: Pick<TaskContext, "config" | "id">,
): ConfigReader {
  const fault = (what: string): ValidationException =>
    new ValidationException(`Component ${id}: ${what}`);
  const value = (name: string): unknown => config[name] ?? undefined;

  function text(name: string, fallback: string): string {
    const given = value(name) ?? fallback;
    if (typeof given === "string") return given;
    throw fault(`'${name}' must be a text`);
  }

  function choice<T extends string>(name: string, choices: readonly T[]): T {
    const given = value(name) ?? choices[0];
    const found = choices.find((choice) => choice === given);
    if (found !== undefined) return found;
    const list = choices.map((choice) => `'${choice}'`).join(", ");
    throw fault(`'${name}' must be one of ${list}`);
  }

  return {
    text,
    choice,
    number(name, fallback, range = {}): number {
      const { min = -Infinity, max = Infinity, fraction = false } = range;
      const given = value(name) ?? fallback;
      const number = typeof given === "string" && given.trim() !== ""
        ? Number(given)
        : given;
      const fits = typeof number === "number" && number >= min &&
        number <= max && (fraction || Number.isInteger(number));
      if (fits) return number;
      throw fault(`'${name}' must be ${rangeText(min, max, fraction)}`);
    },
    flag(name, fallback): boolean {
      const given = value(name) ?? fallback;
      if (typeof given === "boolean") return given;
      if (given === "true" || given === "false") return given === "true";
      throw fault(`'${name}' must be true or false`);
    },
    texts(name): readonly string[] {
      const given = value(name) ?? [];
      const fits = Array.isArray(given) &&
        given.every((item) => typeof item === "string");
      if (fits) return given;
      throw fault(`'${name}' must be a list of texts`);
    },
    records(name): readonly JsonObject[] {
      const given = value(name) ?? [];
      if (Array.isArray(given) && given.every(isRecord)) {
        return given as readonly JsonObject[];
      }
      throw fault(`'${name}' must be a list of objects`);
    },
    secret(name): string {
      const given = text(name, "").trim();
      const [placeholder] = unresolved(given);
      if (placeholder !== undefined) {
        throw fault(`'${name}' uses \${${placeholder}}, which has no value`);
      }
      if (NOT_IN_HEADERS.test(given)) {
        throw fault(
          `'${name}' has a character that no header can carry; copy it anew`,
        );
      }
      return given;
    },
    fault,
  };
}

function rangeText(min: number, max: number, fraction: boolean): string {
  const kind = fraction ? "a number" : "a whole number";
  if (min === -Infinity) return kind;
  return max === Infinity
    ? `${kind}, ${min} or more`
    : `${kind} from ${min} to ${max}`;
}
