import { groupSpans, type Span } from "./_span.ts";

const GROUPS = /(?<![A-Z0-9])[A-Z]{2}\d{2}[A-Z0-9]*(?: [A-Z0-9]+)*/gi;

/** Find international bank account numbers, whose check digits are right. */
export function ibans(text: string): Iterable<Span> {
  return groupSpans(text, GROUPS, / /, 34, isIban);
}

function isIban(bare: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/i.test(bare)) return false;
  const turned = bare.slice(4) + bare.slice(0, 4);
  let remainder = 0;
  for (const sign of turned) {
    const value = Number.parseInt(sign, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}
