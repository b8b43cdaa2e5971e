/**
 * A Worker whose requests fire the Cron Trigger of `examples/worker/cron.ts`, as
 * the platform would.
 *
 * @module
 */
import cron from "../../examples/worker/cron.ts";

interface Context {
  waitUntil(work: Promise<unknown>): void;
}

export default {
  async fetch(
    _request: Request,
    env: Parameters<typeof cron.scheduled>[1],
    context: Context,
  ): Promise<Response> {
    const works: Promise<unknown>[] = [];
    cron.scheduled({}, env, {
      waitUntil(work): void {
        context.waitUntil(work);
        works.push(work);
      },
    });
    return Response.json(await Promise.all(works));
  },
};
