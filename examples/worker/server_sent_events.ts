/** An answer that goes on: server-sent events, written as they happen. */
export interface ServerSentEvents {
  /** What the request is answered with, at once. */
  readonly response: Response;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
  /** Write an event; waits while the client is slow. */
  send(event: string, data: unknown): Promise<void>;
  /** There are no more. */
  close(): Promise<void>;
}

/** Begin an answer that consists of server-sent events. */
export function serverSentEvents(): ServerSentEvents {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  const gone = new AbortController();
  writer.closed.catch((reason) => gone.abort(reason));
  return {
    response: new Response(readable as BodyInit, {
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
      },
    }),
    signal: gone.signal,
    async send(event, data): Promise<void> {
      const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
      await writer.write(encoder.encode(text));
    },
    close: () => writer.close(),
  };
}
