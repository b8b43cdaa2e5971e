import { assert, assertEquals } from "@std/assert";
import { connect, isDAPException, type Session } from "@rocketride/streams";
import { httpTransport } from "@rocketride/streams/transport";
import { type AskedCall, CLIENT_CALLS } from "../../support/asked_calls.ts";
import { fakeClock } from "../../support/fake_clock.ts";
import { isAccident } from "../../support/foreseen.ts";
import { MORE_CALLS } from "../asked_streams.ts";
import { type FuzzTarget, plainRig } from "../fuzz_target.ts";
import {
  bytesOf,
  type Json,
  mutateBytes,
  mutateJsonText,
  pick,
} from "../mutate.ts";
import { endOf } from "./engine_frames.ts";

const CALLS: ReadonlyMap<string, AskedCall> = new Map(
  [...CLIENT_CALLS, ...MORE_CALLS].map((it) => [it.name, it]),
);
const AUTH = "httpKey8e1c4dV6";

interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The body as bytes, in chunks; one that is `…` never ends. */
  readonly chunks: readonly string[];
}

interface Case {
  readonly ask: string;
  /** By method and path; `*` answers all others. */
  readonly answers: Readonly<Record<string, Answer>>;
}

const STATUSES = [200, 201, 204, 206, 301, 302, 304, 307, 400, 401, 403, 404];
const MORE_STATUSES = [408, 413, 422, 426, 429, 500, 501, 502, 503, 599];
const HEADERS: readonly (readonly [string, string])[] = [
  ["location", "https://evil.test/task"],
  ["location", "/version"],
  ["location", "http://["],
  ["content-type", "text/html"],
  ["content-length", "5"],
  ["retry-after", "1e9"],
];

/**
 * What a client receives over HTTP. Each call settles, with an exception of ours
 * where it fails; no answer is read without end; nothing shows the credential,
 * which goes to no other origin.
 */
export const httpAnswers: FuzzTarget = {
  name: "http_answers",
  share: 1_000,
  weight: 20,
  mutate(random, entry): Json {
    const { ask, answers } = entry as unknown as Case;
    const statuses = [...STATUSES, ...MORE_STATUSES];
    const change = ({ status, headers, chunks }: Answer): Answer => ({
      status: random.chance(0.3) ? pick(random, statuses) : status,
      headers: random.chance(0.2)
        ? [...headers, pick(random, HEADERS)]
        : headers,
      chunks: chunks.flatMap((chunk) => {
        if (random.chance(0.3)) return [chunk];
        if (random.chance(0.05)) return [chunk, "…"];
        if (random.chance(0.2)) {
          const at = random.whole(0, chunk.length);
          return [chunk.slice(0, at), chunk.slice(at)];
        }
        return [
          random.chance(0.2)
            ? mutateBytes(random, chunk)
            : mutateJsonText(random, chunk),
        ];
      }),
    });
    return {
      ask: random.chance(0.2) ? pick(random, [...CALLS.keys()]) : ask,
      answers: Object.fromEntries(
        Object.entries(answers).map(([path, answer]) => [
          path,
          random.chance(0.6) ? change(answer) : answer,
        ]),
      ),
    } as unknown as Json;
  },
  open: () => plainRig((entry) => run(entry as unknown as Case)),
};

const STEP_MS = 15_000;
const RESPONSE_BYTES = 1024 * 1024;

async function run({ ask, answers }: Case): Promise<void> {
  const clock = fakeClock();
  const asked: Request[] = [];
  const told: string[] = [];
  const tell = (it: unknown): void => void told.push(JSON.stringify(it) ?? "");
  let session: Session | undefined;
  const state = { over: false };

  const send = async (
    input: string | URL | Request,
    init?: RequestInit,
  ): Promise<Response> => {
    const request = new Request(input, init);
    asked.push(request);
    const { pathname } = new URL(request.url);
    await request.body?.pipeTo(new WritableStream()).catch(() => {});
    return responseOf(
      answers[`${request.method} ${pathname}`] ?? answers["*"],
      init?.signal ?? undefined,
    );
  };

  async function drive(): Promise<void> {
    session = await connect({
      uri: "https://engine.test",
      auth: AUTH,
      env: {},
      transport: httpTransport({
        fetch: send as typeof fetch,
        streaming: true,
        responseBytes: RESPONSE_BYTES,
      }),
      clock,
      requestTimeout: 20_000,
      onTrace: tell,
      onDebugMessage: tell,
      onWarning: tell,
    });
    await CALLS.get(ask)!.ask(session);
  }

  const done = drive();
  done.then(() => state.over = true, () => state.over = true);
  await endOf(clock, state, () => session);
  const error = await done.then(() => undefined, (error: unknown) => error);
  if (error !== undefined) {
    const text = (error as Error)?.stack ?? String(error);
    assert(isDAPException(error), `Not one of ours: ${text}`);
    assert(!isAccident(error.message), text);
    told.push(text, error.hint ?? "", Deno.inspect(error, { depth: 8 }));
  }
  for (const text of told) assert(!text.includes(AUTH), text);
  for (const { url } of asked) {
    assertEquals(new URL(url).origin, "https://engine.test:5565");
  }
  await clock.advance(STEP_MS);
  assertEquals(clock.refTimers, 0, "A timer is armed");
}

/** A response, or the failure of a network that gives none. */
function responseOf(
  answer: Answer | undefined,
  signal: AbortSignal | undefined,
): Response {
  if (!answer) throw new TypeError("The network is down");
  const { status, headers, chunks } = answer;
  const rest = [...chunks];
  const body = new ReadableStream<Uint8Array>({
    start(controller): void {
      signal?.addEventListener("abort", () => {
        try {
          controller.error(signal.reason);
        } catch {
          // It has ended.
        }
      });
    },
    pull(controller): Promise<void> | void {
      const chunk = rest.shift();
      if (chunk === undefined) return controller.close();
      if (chunk !== "…") {
        const text = chunk.replace(/[^\0-\xff]/g, "?");
        return controller.enqueue(bytesOf(text));
      }
      return new Promise(() => {});
    },
  }, { highWaterMark: 0 });
  const isBare = [101, 204, 205, 304].includes(status);
  return new Response(isBare ? null : body, {
    status,
    headers: headers as [string, string][],
  });
}
