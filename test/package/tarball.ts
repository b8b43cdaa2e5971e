import { gzipSync } from "fflate";
import { concat } from "../../lib/bytes.ts";

/** The time of every file: the one that npm gives, in seconds. */
const TIME = 499_162_500;
/** Archives are made of blocks of so many bytes. */
const BLOCK = 512;

const encoder = new TextEncoder();

/**
 * Pack files as npm does, into an archive whose bytes follow from nothing but
 * their paths and contents: not from the clock, the user, the permissions on
 * the disk, or the versions of npm and of its zlib.
 *
 * @param files The contents by path.
 * @param isProgram Whether a path is that of a program.
 */
export function tarball(
  files: ReadonlyMap<string, Uint8Array>,
  isProgram: (path: string) => boolean,
): Uint8Array<ArrayBuffer> {
  const sorted = [...files].sort(([a], [b]) => a < b ? -1 : 1);
  const blocks = sorted.flatMap(([path, bytes]) => [
    header(`package/${path}`, bytes.length, isProgram(path) ? 0o755 : 0o644),
    bytes,
    new Uint8Array(-bytes.length & (BLOCK - 1)),
  ]);
  const archive = concat([...blocks, new Uint8Array(2 * BLOCK)]);
  return new Uint8Array(gzipSync(archive, { level: 9, mtime: 0 }));
}

/** A header of the format `ustar`. */
function header(path: string, size: number, mode: number): Uint8Array {
  const [prefix, name] = split(path);
  const block = new Uint8Array(BLOCK);
  const text = (at: number, value: string): void => {
    block.set(encoder.encode(value), at);
  };
  const number = (at: number, length: number, value: number): void =>
    text(at, `${value.toString(8).padStart(length - 1, "0")}\0`);
  text(0, name);
  number(100, 8, mode);
  number(108, 8, 0); // user
  number(116, 8, 0); // group
  number(124, 12, size);
  number(136, 12, TIME);
  text(148, " ".repeat(8)); // what the sum takes its own place to hold
  text(156, "0"); // a file
  text(257, "ustar\0" + "00");
  text(345, prefix);
  const sum = block.reduce((sum, byte) => sum + byte, 0);
  text(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return block;
}

/** Split a path that is too long for the field of the name. */
function split(path: string): readonly [prefix: string, name: string] {
  const { length } = encoder.encode(path);
  if (length <= 100) return ["", path];
  // The longest name that fits leaves the shortest prefix.
  const at = path.indexOf("/", length - 101);
  if (length !== path.length || at < 0 || at > 155) {
    throw new RangeError(`No place for this path in an archive: ${path}`);
  }
  return [path.slice(0, at), path.slice(at + 1)];
}
