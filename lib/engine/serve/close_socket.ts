const CONNECTING = 0;

/** Close a socket, however far it is, and whatever codes its runtime allows. */
export function closeSocket(
  socket: WebSocket,
  code?: number,
  reason?: string,
): void {
  const close = (): void => {
    try {
      socket.close(code, reason);
    } catch {
      // Not every runtime lets a server use every code.
      socket.close();
    }
  };
  // Deno forgets a close that comes before the handshake is done.
  if (socket.readyState !== CONNECTING) close();
  else socket.addEventListener("open", close, { once: true });
}
