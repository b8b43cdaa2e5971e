/** What servers look at, by command and subcommand. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  "execute": [
    "pipeline",
    "args",
    "token",
    "source",
    "threads",
    "useExisting",
    "ttl",
    "pipelineTraceLevel",
    "name",
    "env",
    "teamId",
  ],
  "restart": ["pipeline", "token"],
  "rrext_process open": ["object", "mimeType", "provider"],
  "rrext_process write": ["pipe_id", "data"],
  "rrext_process close": ["pipe_id"],
  "rrext_store fs_open": ["path", "mode"],
  "rrext_store fs_read": ["handle", "offset", "length"],
  "rrext_store fs_write": ["handle", "data"],
  "rrext_store fs_close": ["handle", "mode"],
  "rrext_store fs_rmdir": ["path", "recursive"],
};

/**
 * The arguments of a request that a server looks at. What the embedded engine
 * understands besides, as an extension of its own, is nothing to others.
 */
export function knownArguments(
  command: string,
  args: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { subcommand } = args;
  const known = KNOWN[command] ?? KNOWN[`${command} ${subcommand}`];
  if (!known) return args;
  return Object.fromEntries(
    Object.entries(args).filter(([name]) =>
      name === "subcommand" || known.includes(name)
    ),
  );
}
