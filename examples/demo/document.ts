import { lookup } from "mrmime";

/** A document that is ready to be streamed. */
export interface Document {
  /** Its name, without folders. */
  readonly name: string;
  /** Its media type. */
  readonly mimeType: string;
  /** Its size in bytes, where it is known. */
  readonly size: number | undefined;
  /** Its bytes. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** Open a document: a URL, a path, or without either this README. */
export function openDocument(place?: string): Promise<Document> {
  if (place && /^(https?|data):/.test(place)) return openUrl(new URL(place));
  const readme = new URL("../../README.md", import.meta.url);
  return openFile(place ?? readme);
}

async function openFile(path: string | URL): Promise<Document> {
  const file = await Deno.open(path);
  const { size } = await file.stat();
  const name = nameOf(String(path));
  return { name, mimeType: lookup(name) ?? OCTETS, size, body: file.readable };
}

async function openUrl(url: URL): Promise<Document> {
  const response = await fetch(url);
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw new Error(`Cannot read "${url.href}": status ${response.status}`);
  }
  const { headers } = response;
  const length = headers.has("content-encoding")
    ? undefined
    : Number(headers.get("content-length")) || undefined;
  return {
    name: nameOf(url.pathname) || url.host,
    mimeType: headers.get("content-type") ?? OCTETS,
    size: length,
    body: response.body,
  };
}

function nameOf(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

const OCTETS = "application/octet-stream";
