const encoder = new TextEncoder();

/** Print a line. */
export function print(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

/**
 * Begin a line that {@linkcode print} completes.
 *
 * @returns Shows how far the work is, where a person sees it move: on a terminal.
 */
export function announce(name: string): (state: string) => void {
  const title = `${name.padEnd(30, " .")} `;
  Deno.stdout.writeSync(encoder.encode(title));
  if (!Deno.stdout.isTerminal()) return () => {};
  return (state) => {
    const again = `\r${title}${state}\x1b[K\r${title}`;
    Deno.stdout.writeSync(encoder.encode(again));
  };
}

/** Seconds since a moment of `performance.now()`, as a text. */
export function since(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
