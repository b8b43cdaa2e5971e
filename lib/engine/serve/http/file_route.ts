import { json, type RouteCall } from "./route.ts";

const CHUNK_BYTES = 1024 * 1024;

/**
 * Answer with the file of a link. The file is opened for each part, so that a
 * client that does not read holds nothing.
 */
export async function getFile({ core, query }: RouteCall): Promise<Response> {
  const link = core.links.find(query.get("token") ?? "");
  if (!link) return json(404, { detail: "Not Found" });
  const { path, name, userId } = link;
  const files = core.stores.filesOf(userId);
  const found = await files.stat(path);
  if (found?.type !== "file") return json(404, { detail: "Not Found" });
  const size = found.size ?? 0;
  let offset = 0;

  async function next(): Promise<Uint8Array<ArrayBuffer>> {
    const { file } = await files.open(path, "r", () => true);
    try {
      const wanted = Math.min(CHUNK_BYTES, size - offset);
      const part = await file.read(offset, wanted);
      if (part.length > 0) return new Uint8Array(part);
      throw new Error("The file has become shorter");
    } finally {
      await file.close();
    }
  }

  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller): Promise<void> {
      if (offset < size) {
        const part = await next();
        offset += part.length;
        controller.enqueue(part);
      }
      if (offset >= size) controller.close();
    },
  }, { highWaterMark: 0 });
  const encoded = encodeURIComponent(name.toWellFormed())
    .replace(/['()*]/g, (it) => `%${it.charCodeAt(0).toString(16)}`);
  return new Response(body, {
    headers: {
      "content-type": "application/octet-stream",
      "content-length": String(size),
      "content-disposition": `attachment; filename*=UTF-8''${encoded}`,
      "cache-control": "private, no-store",
      "x-content-type-options": "nosniff",
    },
  });
}
