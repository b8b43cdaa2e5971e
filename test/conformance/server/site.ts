import { patternBytes } from "../cases/_bytes.ts";
import { forAnyOrigin } from "./listen.ts";

/**
 * Bodies to fetch.
 *
 * - `/bytes?size=&chunk=&type=`: {@linkcode patternBytes}, in chunks
 * - `/text?of=&cut=`: that text as UTF-8, in chunks of `cut` bytes
 * - `/json?of=`: that JSON
 * - `/broken?size=`: as many bytes, then the line breaks
 * - `/stuck?size=&name=`: as many bytes, then nothing
 * - `/left?name=`: answers when the reader of that stuck body has gone
 */
export const answerSite: (request: Request) => Promise<Response> = forAnyOrigin(
  (_, { pathname, searchParams: query }) => {
    const size = Number(query.get("size"));
    const chunk = Number(query.get("chunk") ?? 65_536);
    switch (pathname) {
      case "/bytes":
        return body(pieces(patternBytes(size), chunk), {
          "content-type": query.get("type") ?? "application/octet-stream",
        });
      case "/text":
        return body(
          pieces(
            new TextEncoder().encode(query.get("of") ?? ""),
            Number(query.get("cut")),
          ),
          { "content-type": "text/plain; charset=utf-8" },
        );
      case "/json":
        return new Response(query.get("of"), {
          headers: { "content-type": "application/json" },
        });
      case "/broken":
        return body(breaking(patternBytes(size)));
      case "/stuck":
        return body(stuck(patternBytes(size), query.get("name") ?? ""));
      case "/left":
        return left(query.get("name") ?? "").promise
          .then(() => new Response("left"));
      default:
        return new Response("Nothing is here", { status: 404 });
    }
  },
);

const departures = new Map<string, PromiseWithResolvers<void>>();

function left(name: string): PromiseWithResolvers<void> {
  const made = departures.get(name) ?? Promise.withResolvers<void>();
  departures.set(name, made);
  return made;
}

function body(
  stream: ReadableStream<Uint8Array>,
  headers: Record<string, string> = {},
): Response {
  return new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>, {
    headers,
  });
}

function pieces(
  bytes: Uint8Array,
  chunk: number,
): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller): void {
      if (at < bytes.length) controller.enqueue(bytes.slice(at, at += chunk));
      else controller.close();
    },
  });
}

function breaking(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller): Promise<void> {
      controller.enqueue(bytes);
      // The bytes have to be on their way before the line breaks.
      await new Promise((resolve) => setTimeout(resolve, 50));
      controller.error(new Error("Broken on purpose"));
    },
  });
}

function stuck(bytes: Uint8Array, name: string): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller): void {
      controller.enqueue(bytes);
    },
    cancel(): void {
      left(name).resolve();
    },
  });
}
