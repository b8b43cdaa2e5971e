import type { OpenCall, Reply } from "./call.ts";

const MOST = 100;
const DEFAULT_LIMIT = 20;

/** `rrext_public_catalog`: the apps for anybody; here there are none. */
export function catalog({ args }: OpenCall): Reply {
  const { offset, limit } = args;
  return {
    apps: [],
    total: 0,
    offset: whole(offset) ?? 0,
    limit: Math.min(whole(limit) ?? DEFAULT_LIMIT, MOST),
  };
}

function whole(value: unknown): number | undefined {
  return Number.isInteger(value) && Number(value) >= 0
    ? Number(value)
    : undefined;
}
