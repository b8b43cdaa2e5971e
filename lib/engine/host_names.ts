/**
 * The name of a host as an option gives it, checked; `*.` stands for all below.
 *
 * @throws {TypeError} It is more than a name.
 */
export function hostName(given: string): string {
  const isName = /^(?:\*\.)?[^\s*/\\:@?#]+$|^\[[0-9a-f:.]+\]$/i.test(given);
  const bare = given.startsWith("*.") ? given.slice(2) : given;
  if (isName && bare !== "." && URL.canParse(`http://${bare}/`)) return given;
  throw new TypeError(
    `Cannot use "${given}" in allowHosts: must be the name of a host, ` +
      "perhaps after `*.`",
  );
}

/**
 * An origin as an option gives it, checked. Browsers send it in one spelling,
 * and only that one ever matches.
 *
 * @throws {TypeError} It is not an origin.
 */
export function originName(given: string): string {
  const parsed = URL.canParse(given) ? new URL(given) : undefined;
  const spelled = parsed && `${parsed.protocol}//${parsed.host}`;
  if (parsed?.host && spelled === given) return given;
  throw new TypeError(
    `Cannot use "${given}" in corsOrigins: must be an origin, such as ` +
      "https://app.example.com, with nothing behind it",
  );
}
