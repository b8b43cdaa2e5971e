/**
 * Every entry of the package for npm imports this module before anything else,
 * so that an older Node says what is wrong. Nothing happens in other runtimes,
 * and bundlers leave the module out.
 *
 * @module
 */
const { process } = globalThis as {
  process?: { versions?: { node?: string } };
};

/** The version of Node, where there is one. */
export const node: string | undefined = process?.versions?.node;

if (Number.parseInt(node ?? "22") < 22) {
  throw new Error(
    `@rocketride/streams requires Node 22 or newer, and this is Node ${node}`,
  );
}
