import {
  ConnectionException,
  type ErrorCode,
  RocketRideException,
} from "../../errors.ts";

/** There is nothing at a path. */
export function notFound(path: string): RocketRideException {
  return refused("file-not-found", `File not found: ${path}`);
}

/** There is a directory at the path of a file. */
export function notAFile(path: string): RocketRideException {
  return refused("file-not-readable", `Not a file: ${path || "/"}`);
}

/** There is a file at the path of a directory. */
export function notADirectory(path: string): RocketRideException {
  return refused("file-not-readable", `Not a directory: ${path}`);
}

/** There is something at a path that must be free. */
export function alreadyExists(path: string): RocketRideException {
  return refused("file-exists", `Already exists: ${path}`);
}

/** A directory is removed that has something in it. */
export function notEmpty(path: string): RocketRideException {
  return refused("folder-not-empty", `Directory not empty: ${path}`);
}

/** Somebody writes to a file. */
export function beingWritten(path: string): RocketRideException {
  return refused("file-busy", `Open for writing: ${path}`);
}

/** Somebody has a file open. */
export function inUse(path: string): RocketRideException {
  return refused("file-busy", `In use: ${path}`);
}

/** A path that cannot be one here. */
export function badPath(path: string, why: string): RocketRideException {
  return refused("invalid-path", `Invalid path: ${path}: ${why}`);
}

/** Whoever wanted a file has gone. */
export function unwanted(): ConnectionException {
  return new ConnectionException("Connection is closed");
}

function refused(code: ErrorCode, message: string): RocketRideException {
  return new RocketRideException(message, { code });
}
