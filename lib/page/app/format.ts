const WHOLE = new Intl.NumberFormat("en");
const SHORT = new Intl.NumberFormat("en", {
  notation: "compact",
  maximumFractionDigits: 1,
});
const TIME = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const DATE = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** A number of things: in full below a million, `1.2M` above. */
export function count(value: number): string {
  return (value < 1_000_000 ? WHOLE : SHORT).format(value);
}

/** A number of things with their name, `s` added unless it is one. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** A rate per second: one decimal below ten. */
export function rate(value: number): string {
  return value < 10 ? String(Math.round(value * 10) / 10) : count(
    Math.round(value),
  );
}

/** A number of bytes, such as `1.5 MiB`. */
export function bytes(value: number): string {
  let unit = 0;
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${unit && value < 10 ? value.toFixed(1) : Math.round(value)} ${
    UNITS[unit]
  }`;
}

/** Milliseconds, as the largest unit that fits: `12 ms`, `3.4 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joined(minutes, "min", seconds % 60, "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return joined(hours, "h", minutes % 60, "min");
  return joined(Math.floor(hours / 24), "d", hours % 24, "h");
}

function joined(a: number, unit: string, b: number, rest: string): string {
  return b ? `${a} ${unit} ${b} ${rest}` : `${a} ${unit}`;
}

/** The time of day, with seconds; milliseconds are given. */
export function timeOfDay(at: number): string {
  return TIME.format(at);
}

/** The day and the time; Unix seconds are given. */
export function dateTime(seconds: number): string {
  return DATE.format(seconds * 1_000);
}

/** The message of something that was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
