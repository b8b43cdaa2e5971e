/**
 * Send the head of a request, and read until the server has closed the
 * connection.
 *
 * @param uri The server, with `http:`.
 * @param lines The request line and the headers; `connection: close` is added.
 * @returns What it answered.
 */
export async function rawRequest(
  uri: string,
  lines: readonly string[],
): Promise<string> {
  const { hostname, port } = new URL(uri);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const head = `${[...lines, "Connection: close"].join("\r\n")}\r\n\r\n`;
  await connection.write(new TextEncoder().encode(head));
  return await new Response(connection.readable).text();
}
