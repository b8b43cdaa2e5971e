/**
 * What a server of 1.1 makes of placeholders in a pipeline: of those that are
 * not its own nothing is left. It looks at the JSON text, names of members
 * included.
 */
export function redacted<T>(pipeline: T): T {
  const text = JSON.stringify(pipeline);
  if (text === undefined) return pipeline;
  return JSON.parse(text.replace(
    /\$\{([^}"\\]*)\}/g,
    (placeholder, name: string) =>
      name.startsWith("ROCKETRIDE_") ? placeholder : "<REDACTED>",
  ));
}
