import { EVENT_BITS } from "../../../schema/event.ts";
import { isRecord } from "../../../schema/json.ts";
import { ValidationException } from "../../errors.ts";

/**
 * Read the kinds of events that a monitor request names: a
 * list of names in any case, a mask, or a mask as digits.
 *
 * Unknown names are ignored, as on a server: what is left may be nothing, and
 * nothing unsubscribes.
 *
 * @throws {ValidationException} A mask is not between 0 and 255.
 */
export function readMask(args: Readonly<Record<string, unknown>>): number {
  const { types, listenType } = args;
  const list = Array.isArray(types) ? types : [types ?? listenType];
  return list.reduce((mask: number, item) => mask | bitsOf(item), 0);
}

function bitsOf(item: unknown): number {
  if (typeof item === "number") return checked(item);
  if (typeof item !== "string") return 0;
  if (/^\d+$/.test(item)) return checked(Number(item));
  const bits: unknown = EVENT_BITS;
  const name = item.toUpperCase();
  const known = isRecord(bits) && Object.hasOwn(bits, name);
  return known ? bits[name] as number : 0;
}

function checked(mask: number): number {
  if (Number.isInteger(mask) && mask >= 0 && mask <= EVENT_BITS.ALL) {
    return mask;
  }
  throw new ValidationException(`${mask} is not a valid event mask`);
}
