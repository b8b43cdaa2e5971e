import {
  decodeFrame,
  encodeHeader,
  encodeText,
  writeFrame,
} from "../../../lib/protocol/frame.ts";
import type {
  EventMessage,
  Message,
  RequestMessage,
  ResponseMessage,
} from "../../../schema/envelope.ts";
import { isRecord } from "../../../schema/json.ts";
import { type Answer, answerOf, failure } from "./answer.ts";
import { engineConnection } from "./engine_connection.ts";
import { fileHandles } from "./file_handles.ts";
import type { Front } from "./front.ts";
import { argumentsOf, knownTypes, refusalOf, tokenOf } from "./generation.ts";
import { gate } from "./gate.ts";
import { knownArguments } from "./known_arguments.ts";
import { redacted } from "./redacted.ts";

/** The front's end of a client's socket. */
export interface ClientConnection {
  /** End it. */
  close(): void;
  /** Resolves when it is over and nothing of it is under way any more. */
  readonly finished: Promise<void>;
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>;
}

/**
 * Serve a socket as the front of a server does: every message is handled as a
 * task of its own, at its own pace, so that later ones overtake earlier ones.
 *
 * The connection is finished when it has ended and everything has been
 * answered. What is never answered keeps it, with its files, its
 * subscriptions and the place that it may hold, for ever.
 */
export function clientConnection(
  front: Front,
  socket: WebSocket,
  address: string,
  givePlaceBack: () => void,
): ClientConnection {
  const { pace, tasks, places, generation } = front;
  const inner = engineConnection(front.engine, {
    onEvent: sendEvent,
    onEnd(): void {
      // One that was refused is told so first.
      if (!isLoggingIn) end(1001);
    },
  });
  const files = fileHandles(inner, pace);
  const finished = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  let place: (() => void) | undefined = givePlaceBack;
  let credential: string | undefined;
  let isLoggingIn = false;
  let seq = 0;
  let underWay = 0;
  let isOver = false;
  let isFinished = false;

  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", ({ data }) => receive(data));
  socket.addEventListener("close", () => {
    closed.resolve();
    over();
  });
  socket.addEventListener("error", over);

  function receive(data: unknown): void {
    let message: Message;
    try {
      message = decodeFrame(
        data instanceof ArrayBuffer ? new Uint8Array(data) : data as string,
      );
    } catch {
      // Servers say nothing to what they cannot read.
      return;
    }
    if (message.type !== "request") {
      if (credential === undefined) refuseStranger(message);
      return;
    }
    underWay++;
    handle(message).catch(() => {
      // The peer was closed meanwhile.
    }).finally(() => {
      underWay--;
      finish();
    });
  }

  async function handle(request: RequestMessage): Promise<void> {
    const { command } = request;
    const refusal = refusalOf(generation, request);
    const isOpen = command === "auth" ||
      command.startsWith("rrext_public_") && refusal === undefined;
    if (credential === undefined && !isOpen) return refuseStranger(request);
    await pace.pause();
    const answer = refusal === undefined
      ? await run(request)
      : failure(refusal);
    await pace.pause();
    reply(request, answer);
    if (command === "auth" && !answer.success) end(1000);
  }

  async function run(request: RequestMessage): Promise<Answer> {
    const { command } = request;
    const { token: _, ...args } = knownArguments(
      command,
      argumentsOf(request),
    );
    const token = tokenOf(generation, request);
    const addressed = token === undefined ? args : { ...args, token };
    switch (command) {
      case "auth":
        return await login(args);
      case "deauth":
        return await logout();
      case "execute":
        return await execute(addressed);
      case "restart":
        return await restart(addressed, token);
      case "rrext_process": {
        const refused = await gate(inner, token);
        if (refused) return refused;
        return await tasks.get(taskToken(token)).channel.process(
          args,
          request.seq,
        );
      }
      case "rrext_store":
        return await files.request(args);
      case "rrext_monitor": {
        const types = knownTypes(generation, args.types);
        const asked = types === undefined ? addressed : { ...addressed, types };
        return answerOf(await inner.request(command, asked));
      }
      case "rrext_get_token": {
        const answer = answerOf(await inner.request(command, args));
        // The first that is registered, whether it runs or not.
        const first = tasks.first(args.projectId, args.source);
        if (answer.message?.startsWith("Permission") || !first) return answer;
        return { success: true, body: { token: first.token } };
      }
      default:
        return shown(
          answerOf(await inner.request(command, addressed)),
          token,
          command,
        );
    }
  }

  async function login(args: Readonly<Record<string, unknown>>): Promise<
    Answer
  > {
    const given = String(args.auth ?? "").replace(/^Bearer /, "");
    if (given === "") return failure("No authorization provided");
    // The permissions of a task's keys are not looked at.
    const task = tasks.ofPublicToken(given);
    const auth = task ? task.token : given;
    isLoggingIn = true;
    const answer = answerOf(await inner.request("auth", { ...args, auth }));
    if (!answer.success) return answer;
    isLoggingIn = false;
    credential = given;
    place?.();
    place = undefined;
    if (generation === "1.0") return { success: true };
    return { success: true, body: { ...answer.body, userToken: given } };
  }

  async function logout(): Promise<Answer> {
    const answer = answerOf(await inner.request("deauth"));
    credential = undefined;
    place ??= places.takeAnyway(address);
    return answer;
  }

  async function execute(
    given: Readonly<Record<string, unknown>>,
  ): Promise<Answer> {
    const { env, name, teamId, ...old } = given;
    const isOld = generation === "1.0";
    const pipeline = isOld ? old.pipeline : redacted(old.pipeline);
    const later = isOld ? {} : { env, name, teamId };
    const args = withoutUndefined({ ...old, ...later, pipeline });
    const answer = answerOf(await inner.request("execute", args));
    if (answer.success) {
      tasks.started(answer.body, old.pipeline, old.useExisting === true);
    }
    return answer;
  }

  async function restart(
    args: Readonly<Record<string, unknown>>,
    token: string | undefined,
  ): Promise<Answer> {
    const task = tasks.get(taskToken(token));
    const pipeline = generation === "1.0"
      ? args.pipeline
      : redacted(args.pipeline);
    const undo = task.channel.drop();
    const { restarted } = task;
    task.restarted = true;
    const answer = answerOf(
      await inner.request("restart", { ...args, pipeline }),
    );
    if (!answer.success) {
      undo();
      task.restarted = restarted;
      return answer;
    }
    task.pipeline = args.pipeline;
    return answer;
  }

  /** The task of a connection that came with a task's key is always that. */
  function taskToken(token: string | undefined): string {
    const key = credential ?? "";
    if (key.startsWith("tk_")) return key;
    return tasks.ofPublicToken(key)?.token ?? token ?? "";
  }

  /** An answer with what the front of a server knows better, or worse. */
  function shown(
    answer: Answer,
    token: string | undefined,
    command: string,
  ): Answer {
    if (!answer.success || token === undefined) return answer;
    const task = tasks.get(taskToken(token));
    if (command === "rrext_get_pipeline" && isRecord(task.pipeline)) {
      return { success: true, body: { pipeline: task.pipeline } };
    }
    if (command === "rrext_get_task_status" && task.restarted) {
      return { success: true, body: { ...answer.body, exitCode: null } };
    }
    return answer;
  }

  function sendEvent(message: EventMessage): void {
    const { event, body } = message;
    const isPublic = credential?.startsWith("pk_");
    if (isPublic && event !== "apaevt_sse") return;
    const { __id, exitCode: _, ...rest } = body;
    const restarted = event === "apaevt_status_update" &&
      tasks.first(body.project_id, body.source)?.restarted;
    send({
      type: "event",
      seq: ++seq,
      event,
      body: {
        ...body,
        ...(restarted && { ...rest, exitCode: null }),
        ...(typeof __id === "string" && { __id: shortened(__id) }),
      },
    });
  }

  function refuseStranger(message: Message): void {
    reply(message, failure("Not authenticated"));
    end(1000);
  }

  function reply(asked: Message, answer: Answer): void {
    const command = "command" in asked ? asked.command : undefined;
    const { success, message, body, data } = answer;
    const response: ResponseMessage = {
      type: "response",
      seq: ++seq,
      // Whatever it is, it is echoed.
      request_seq: (asked.seq ?? null) as number,
      ...(command !== undefined && { command }),
      success,
      ...(body && { body }),
      ...(message !== undefined && {
        message,
        trace: { file: "server.py", lineno: 1 },
      }),
      ...(data && { arguments: {} }),
    };
    send(response, data);
  }

  function send(message: Message, data?: Uint8Array): void {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (!data) return socket.send(encodeText(message));
    socket.send(writeFrame(new Uint8Array(), encodeHeader(message), data));
  }

  function end(code: number): void {
    if (socket.readyState <= WebSocket.OPEN) socket.close(code);
    over();
  }

  function over(): void {
    isOver = true;
    finish();
  }

  function finish(): void {
    if (!isOver || underWay > 0 || isFinished) return;
    isFinished = true;
    place?.();
    place = undefined;
    files.closeAll().finally(() => {
      inner.close();
      finished.resolve();
    });
  }

  return {
    close: () => end(1001),
    finished: finished.promise,
    closed: closed.promise,
  };
}

/** Events name a task by the first characters of its token. */
function shortened(id: string): string {
  const dot = id.indexOf(".");
  if (dot < 0) return id;
  return id.slice(0, Math.min(dot, 8)) + id.slice(dot);
}

function withoutUndefined(
  args: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(args).filter(([, value]) => value !== undefined),
  );
}
