import type { ConnectOptions } from "../../lib/session/options.ts";
import { payloadOf, type PipeServer, pipeServer } from "./pipe_server.ts";
import type { Answer, Script } from "./scripted_server.ts";

/** An object as the engine got it. */
export interface Received {
  /** What the engine was told when the pipe was opened. */
  readonly object: Readonly<Record<string, unknown>>;
  /** The media type that the pipe was opened with. */
  readonly mimeType: unknown;
  /** All payload as text. */
  text: string;
  /** Whether the pipe was closed. */
  closed: boolean;
}

/** A scripted engine that keeps what is uploaded. */
export interface UploadServer extends PipeServer {
  /** The objects, in the order in which they were opened. */
  readonly objects: readonly Received[];
  /** The most pipes that were ever open at once. */
  readonly mostOpen: number;
  /** Pipes that are open. */
  readonly open: number;
}

/** What to do with the object of that name at some step; else it goes well. */
export type Twist = (
  step: "open" | "write" | "close",
  name: string,
) => Answer | Promise<Answer>;

/** Start an engine that takes uploads; `twist` may throw, or wait. */
export async function uploadServer(
  twist: Twist = () => undefined,
  options: Partial<ConnectOptions> = {},
): Promise<UploadServer> {
  const objects: Received[] = [];
  let open = 0;
  let mostOpen = 0;

  function nameOf(id: unknown): string {
    return String(objects[Number(id)]?.object.name);
  }

  const script: Script = {
    async open({ arguments: args }): Promise<Answer> {
      const object = args?.object as Received["object"];
      await twist("open", String(object.name));
      objects.push({
        object,
        mimeType: args?.mimeType,
        text: "",
        closed: false,
      });
      mostOpen = Math.max(mostOpen, ++open);
      return { pipe_id: objects.length - 1 };
    },
    async write(request): Promise<Answer> {
      const id = request.arguments?.pipe_id;
      const text = new TextDecoder().decode(payloadOf(request).slice());
      await twist("write", nameOf(id));
      objects[Number(id)]!.text += text;
      return undefined;
    },
    async close({ arguments: args }): Promise<Answer> {
      const received = objects[Number(args?.pipe_id)]!;
      if (received.closed) throw new Error("Close pipe with id N not found");
      received.closed = true;
      open--;
      const answer = await twist("close", nameOf(args?.pipe_id));
      return answer ?? { objectId: "o", text: [received.text] };
    },
  };
  const server = await pipeServer(script, options);
  return Object.defineProperties(server, {
    objects: { get: () => objects },
    mostOpen: { get: () => mostOpen },
    open: { get: () => open },
  }) as UploadServer;
}
