/**
 * A Cron Trigger of Cloudflare: each time it fires, a feed goes into a pipeline.
 *
 * `wrangler.jsonc` needs `"triggers": { "crons": ["0 * * * *"] }`, and the
 * bindings FEED, ROCKETRIDE_URI and ROCKETRIDE_APIKEY.
 *
 * Runs on Workers.
 *
 * @module
 */
import {
  close,
  connect,
  type PipelineResult,
  send,
  terminate,
  use,
} from "@rocketride/streams";
import pipeline from "../pipelines/fingerprint.pipe.json" with { type: "json" };

/** The bindings of the Worker. */
interface Environment {
  readonly FEED: string;
  readonly ROCKETRIDE_URI: string;
  readonly ROCKETRIDE_APIKEY: string;
}

/** What Workers give to each call. */
interface Context {
  waitUntil(work: Promise<unknown>): void;
}

export default {
  /** The trigger fires. */
  scheduled(_event: unknown, env: Environment, context: Context): void {
    context.waitUntil(readFeed(env));
  },
};

/** Send the feed through the pipeline, and clean up whatever happens. */
async function readFeed(env: Environment): Promise<PipelineResult> {
  const { FEED, ROCKETRIDE_URI: uri, ROCKETRIDE_APIKEY: auth } = env;
  const session = await connect({ uri, auth, env: {} });
  try {
    const task = await use(session, { pipeline });
    try {
      return await send(session, task, await fetch(FEED));
    } finally {
      await terminate(session, task);
    }
  } finally {
    await close(session);
  }
}
