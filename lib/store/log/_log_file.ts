import { storeName } from "../../protocol/store_path.ts";

/** The name of a log tells its source and its start (api §4.2). */
const NAME = /^(.+)-(\d+(?:\.\d+)?)\.log$/s;

/** The path of a log where the engine has files. */
export function logPath(projectId: string, name: string): string {
  return `${logFolder(projectId)}/${storeName("the name of a log", name)}`;
}

/** The directory of a project's logs where the engine has files. */
export function logFolder(projectId: string): string {
  return `.logs/${storeName("the id of a project", projectId)}`;
}

/** What engines of 1.0 want in the place of a name, if it is one of theirs. */
export function logKey(
  name: string,
): { readonly source: string; readonly startTime: number } | undefined {
  const [, source, startTime] = NAME.exec(name) ?? [];
  return source === undefined
    ? undefined
    : { source, startTime: Number(startTime) };
}
