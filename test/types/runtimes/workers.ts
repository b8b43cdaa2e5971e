import { connect, pipe, use } from "@rocketride/streams";
import { createEngine } from "@rocketride/streams/engine";

interface Env {
  readonly ROCKETRIDE_APIKEY: string;
  readonly BUCKET: R2Bucket;
}

const engine = createEngine();

export default {
  async fetch(request, env, ctx): Promise<Response> {
    if (request.headers.has("upgrade")) return await engine.fetch(request);
    const session = await connect({
      auth: env.ROCKETRIDE_APIKEY,
      signal: request.signal,
    });
    const { token } = await use(session, { pipeline: { components: [] } });
    const target = await pipe(session, token);
    await request.body?.pipeTo(target);
    const stored = await env.BUCKET.get("a");
    await stored?.body.pipeTo(target);
    const { readable, writable } = new TransformStream<Uint8Array>();
    ctx.waitUntil(readable.pipeTo(target));
    await writable.close();
    return Response.json(await target.result);
  },
} satisfies ExportedHandler<Env>;
