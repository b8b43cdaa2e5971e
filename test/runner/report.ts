const encoder = new TextEncoder();

/** Print a line. */
export function print(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

/** Begin a line that {@linkcode print} completes. */
export function announce(name: string): void {
  Deno.stdout.writeSync(encoder.encode(`${name.padEnd(30, " .")} `));
}

/** Seconds since a moment of `performance.now()`, as a text. */
export function since(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
