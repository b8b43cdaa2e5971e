import {
  closeFrame,
  OPCODE,
  type RawFrame,
  rawFrame,
  type RawLine,
  type RawServer,
} from "../../support/raw_web_socket.ts";

/**
 * How long a close is not answered for. For ever would keep the processes of
 * some runtimes alive as long.
 */
const MUTE_MS = 3_000;

interface Request {
  readonly seq: number;
  readonly command: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

/**
 * What the engine of {@linkcode misbehave} does with a command; answers
 * `false` when it is done with the line.
 */
type Act = (visit: Visit, request: Request) => Promise<boolean | void>;

/** A client's visit to an engine that misbehaves. */
interface Visit {
  readonly line: RawLine;
  readonly query: URLSearchParams;
  /** Requests that wait for others. */
  readonly held: Request[];
  muted: boolean;
}

/**
 * Be an engine that does what clients tell it to, however bad.
 *
 * The path says how far it gets: `/silent` never answers the handshake,
 * `/refuse?status=&name=` refuses it, `/hangup` hangs up on it; any other takes it.
 * There, each command is in {@linkcode ACTS}; `?auth=` and `?write=` name the
 * act that is done in place of a login and of a pipe's write.
 *
 * @param asked Counts requests that are no handshakes, by the `name` of what
 * refuses them.
 */
export async function misbehave(
  server: RawServer,
  asked: Map<string, number>,
): Promise<void> {
  try {
    for (;;) visit(await server.accept(), asked).catch(() => {});
  } catch {
    // The listener was closed.
  }
}

async function visit(
  line: RawLine,
  asked: Map<string, number>,
): Promise<void> {
  try {
    const headers = await line.head();
    const [, path = "/"] = headers.split(" ");
    const { pathname, searchParams: query } = new URL(path, "http://localhost");
    if (pathname === "/hangup") return;
    if (pathname === "/refuse") {
      if (!/^upgrade:/im.test(headers)) {
        const name = query.get("name") ?? "";
        asked.set(name, (asked.get(name) ?? 0) + 1);
      }
      const head = `HTTP/1.1 ${query.get("status")} Refused\r\n` +
        "content-length: 0\r\nconnection: close\r\n\r\n";
      return await line.write(new TextEncoder().encode(head));
    }
    if (pathname === "/silent") return await untilGone(line);
    const greeting = query.has("greet")
      ? [event("apaevt_of_tomorrow", { greeting: true })]
      : [];
    await line.upgrade(...greeting);
    await listen({ line, query, held: [], muted: false });
  } finally {
    line.hangUp();
  }
}

async function untilGone(line: RawLine): Promise<void> {
  while (await line.read());
}

async function listen(visit: Visit): Promise<void> {
  for (;;) {
    const frame = await visit.line.read();
    if (!frame) return;
    if (visit.muted) {
      if (frame.opcode !== OPCODE.close) continue;
      return await new Promise((resolve) => setTimeout(resolve, MUTE_MS));
    }
    // The rest of a large message; its header was in the first frame.
    if (frame.opcode === 0) continue;
    if (frame.opcode === OPCODE.close) {
      return await visit.line.write(closeFrame(1000));
    }
    const goOn = await act(visit, readRequest(frame));
    if (goOn === false) return;
  }
}

/** Requests as text, or as a JSON header before bytes. */
function readRequest({ payload }: RawFrame): Request {
  const end = payload.indexOf(10);
  const header = end < 0 ? payload : payload.subarray(0, end);
  return JSON.parse(new TextDecoder().decode(header));
}

function act(visit: Visit, request: Request): ReturnType<Act> {
  const { command, arguments: args } = request;
  const step = command === "rrext_process" ? String(args?.subcommand) : command;
  const name = visit.query.get(step) ?? step;
  return (ACTS[name] ?? ACTS.unknown!)(visit, request);
}

const ACTS: Readonly<Record<string, Act>> = {
  auth: (visit, request) => reply(visit, request, { userId: "faulty" }),
  deauth: (visit, request) => reply(visit, request, {}),
  rrext_ping: (visit, request) => reply(visit, request, {}),
  open: (visit, request) => reply(visit, request, { pipe_id: 0 }),
  write: (visit, request) => reply(visit, request, {}),
  close: (visit, request) => reply(visit, request, { objectId: "o" }),
  /** Answers with the arguments. */
  echo: (visit, request) => reply(visit, request, { ...request.arguments }),
  /** The same, as a binary frame. */
  binary: ({ line }, request) =>
    line.write(rawFrame(
      OPCODE.binary,
      JSON.stringify({
        ...answerTo(request),
        success: true,
        body: request.arguments,
      }),
    )),
  silent: () => Promise.resolve(),
  async twice(visit, request): Promise<void> {
    await reply(visit, request, { time: 1 });
    await reply(visit, request, { time: 2 });
  },
  /** Answers questions that nobody asked, then the one that was. */
  async nobody(visit, request): Promise<void> {
    await reply(visit, { ...request, seq: request.seq + 1_000 }, {});
    await reply(visit, { ...request, seq: 0 }, {});
    await reply(visit, request, { for: "us" });
  },
  /** Answers, the last first, when `of` requests are there. */
  async reversed(visit, request): Promise<void> {
    const { held } = visit;
    held.push(request);
    if (held.length < Number(request.arguments?.of)) return;
    for (const one of held.splice(0).reverse()) {
      await reply(visit, one, { ...one.arguments });
    }
  },
  /** Answers what was held back when the next request comes. */
  async late(visit, request): Promise<void> {
    visit.held.push(request);
    if (visit.held.length < 2) return;
    for (const one of visit.held.splice(0)) await reply(visit, one, {});
  },
  /** Refuses without a word. */
  wordless: ({ line }, request) =>
    line.write(text({ ...answerTo(request), success: false })),
  /** Refuses a login as engines do: with words, then the end. */
  async refuse(visit, request): Promise<boolean> {
    const message = "Invalid API key";
    const { line } = visit;
    await line.write(text({ ...answerTo(request), success: false, message }));
    await line.write(closeFrame(1000));
    return false;
  },
  /** Sends `arguments.frame`: an opcode, and bytes as Latin-1. */
  async raw({ line }, { arguments: args }): Promise<void> {
    const [opcode, bytes] = args?.frame as [number, string];
    await line.write(
      rawFrame(
        opcode,
        Uint8Array.from(bytes, (letter) => letter.charCodeAt(0)),
      ),
    );
  },
  /** Tells `arguments.events`, then answers. */
  async tell(visit, request): Promise<void> {
    const { events } = request.arguments as { events: [string, object][] };
    for (const [name, body] of events) {
      await visit.line.write(event(name, body));
    }
    await reply(visit, request, {});
  },
  /** Ends the line with `arguments.code`. */
  async bye({ line }, { arguments: args }): Promise<boolean> {
    await line.write(closeFrame(Number(args?.code ?? 1011), "bye"));
    return false;
  },
  /** Dies. */
  drop: () => Promise.resolve(false),
  /** Never says anything again, nor answers a close. */
  async mute(visit, request): Promise<void> {
    await reply(visit, request, {});
    visit.muted = true;
  },
  unknown: ({ line }, request) =>
    line.write(text({
      ...answerTo(request),
      success: false,
      message: `Invalid command: ${request.command}`,
    })),
};

function answerTo({ seq, command }: Request): object {
  return { type: "response", seq: 1, request_seq: seq, command };
}

function reply(visit: Visit, request: Request, body: object): Promise<void> {
  return visit.line.write(text({ ...answerTo(request), success: true, body }));
}

function event(name: string, body: object): Uint8Array {
  return text({ type: "event", seq: 1, event: name, body });
}

function text(message: object): Uint8Array {
  return rawFrame(OPCODE.text, JSON.stringify(message));
}
