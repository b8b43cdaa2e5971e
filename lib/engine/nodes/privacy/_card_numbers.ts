import { groupSpans, type Span } from "./_span.ts";

const DIGITS = /(?<![\d.])\d+(?:[ -]\d+)*/g;

/** Find numbers of payment cards: 13 to 19 digits that pass Luhn's check. */
export function cardNumbers(text: string): Iterable<Span> {
  return groupSpans(text, DIGITS, /[ -]/, 19, isCardNumber);
}

function isCardNumber(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19) return false;
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at]);
    const doubled = at % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  // All zeros pass, too, and are nobody's.
  return sum % 10 === 0 && sum > 0;
}
