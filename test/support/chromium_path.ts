const PROGRAMS = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
];

const APPLICATIONS = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** How tests start it: without a window, and with no traffic of its own. */
export const CHROMIUM_FLAGS: readonly string[] = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Why something is skipped where none is found. */
export const NO_CHROMIUM = "no Chromium or Chrome here; CHROMIUM may name one";

/**
 * Find Chromium, or Chrome: what the variable `CHROMIUM` names, else what is
 * on the `PATH`, else an application.
 */
export async function chromiumPath(): Promise<string | undefined> {
  const named = Deno.env.get("CHROMIUM");
  if (named) return named;
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  const paths = PROGRAMS.flatMap((program) =>
    folders.map((folder) => `${folder}/${program}`)
  );
  for (const path of [...paths, ...APPLICATIONS]) {
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) {
      return path;
    }
  }
  return undefined;
}
