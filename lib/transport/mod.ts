/**
 * How messages travel, for those who need more than the default: transports
 * over HTTP and within a process, wrappers for heartbeats and traces, and the
 * types that a transport of your own implements.
 *
 * {@linkcode connect} uses {@linkcode webSocketTransport} unless it is given
 * another one. Wrappers take a transport and return one, so they combine.
 *
 * @example A server in the same process, traced
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { withTrace } from "@rocketride/streams/transport";
 *
 * const kinds: string[] = [];
 * const engine = createEngine();
 * const transport = withTrace(engine.transport(), ({ kind }) => kinds.push(kind));
 * const session = await connect({ transport, env: {} });
 * await close(session);
 * await engine.close();
 * assertEquals(kinds, ["dial", "open", "sent", "received", "close"]);
 * ```
 *
 * @module
 */
export type {
  EventMessage,
  Message,
  RequestMessage,
  ResponseMessage,
} from "../../schema/envelope.ts";
export type { Clock, TimerOptions } from "../async.ts";
export { FrameBuffer } from "../protocol/frame.ts";
export { normalizeUri } from "../protocol/uri.ts";
export { type HeartbeatOptions, withHeartbeat } from "./wrappers.ts";
export { httpTransport, type HttpTransportOptions } from "./http.ts";
export { type Acceptor, memoryTransport, type Peer } from "./memory.ts";
export { type TraceRecord, withTrace } from "./trace.ts";
export type {
  CloseInfo,
  Connection,
  ConnectionHandlers,
  DialOptions,
  Payload,
  Transport,
} from "./transport.ts";
export {
  type WebSocketConstructor,
  webSocketTransport,
  type WebSocketTransportOptions,
} from "./web_socket.ts";
