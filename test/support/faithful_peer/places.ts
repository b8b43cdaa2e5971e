/** Sockets of one address that may be open without a login. */
const MOST = 10;

/** The places that sockets take between their opening and their login. */
export interface Places {
  /** Take one; returns what gives it back, `undefined` if there is none. */
  take(address: string): (() => void) | undefined;
  /** Take one although there may be none, as `deauth` does. */
  takeAnyway(address: string): () => void;
  /** How many are taken. */
  taken(address: string): number;
}

/** Make places, ten for each address. */
export function unauthenticatedPlaces(): Places {
  const counts = new Map<string, number>();
  const taken = (address: string): number => counts.get(address) ?? 0;

  function takeAnyway(address: string): () => void {
    counts.set(address, taken(address) + 1);
    let held = true;
    return () => {
      if (held) counts.set(address, taken(address) - 1);
      held = false;
    };
  }

  return {
    taken,
    takeAnyway,
    take: (address) => taken(address) < MOST ? takeAnyway(address) : undefined,
  };
}
