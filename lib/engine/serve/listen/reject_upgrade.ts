import type { NodeLine } from "./node_upgrades.ts";

/**
 * Answer a request for another protocol with a response. Node makes none for
 * such a request, so the words are put on the line here.
 */
export async function rejectUpgrade(
  line: NodeLine,
  response: Response,
): Promise<void> {
  const { status, statusText, headers } = response;
  const body = await response.text();
  if (!line.writable) return line.destroy();
  const length = new TextEncoder().encode(body).length;
  const head = [
    `HTTP/1.1 ${status} ${statusText}`,
    ...[...headers].map(([name, value]) => `${name}: ${value}`),
    `content-length: ${length}`,
    "connection: close",
  ];
  line.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => line.destroy());
}
