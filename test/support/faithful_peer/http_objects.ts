import type { SeededRandom } from "./seeded_random.ts";

/** What a server reads of a part of a form at a time. */
const PART_CHUNK_BYTES = 65_536;
/** The most that a field of a form may have that is no file. */
const FIELD_BYTES = 1024 * 1024;

/** An object that came in a request. */
export interface HttpObject {
  /** What its result is found by. */
  readonly key: string;
  /** Its name. */
  readonly name: string;
  /** Its media type. */
  readonly mimeType: string;
  /** Its size, where that is known. */
  readonly size: number | undefined;
  /** Its bytes: each chunk becomes a write. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Nobody reads on. */
  end(): Promise<void>;
}

/**
 * The objects of a request as a server takes them: the whole body in the
 * pieces in which the network brings it, a file of a form in pieces of 64 KiB,
 * a field of a form in one piece of text.
 *
 * @returns The objects, or why they are refused.
 */
export async function objectsOf(
  random: SeededRandom,
  request: Request,
): Promise<readonly HttpObject[] | string> {
  const type = essence(request.headers.get("content-type"));
  if (type !== "multipart/form-data") return [bodyOf(random, request, type)];
  const entries = [...(await request.formData()).entries()];
  const fields = Map.groupBy(entries, ([field]) => field);
  const seen = new Map<string, number>();
  const objects: HttpObject[] = [];
  for (const [field, value] of entries) {
    const at = seen.get(field) ?? 0;
    seen.set(field, at + 1);
    const key = fields.get(field)!.length > 1 ? `${field}_${at}` : field;
    const end = (): Promise<void> => Promise.resolve();
    if (typeof value === "string") {
      const bytes = new TextEncoder().encode(value);
      if (bytes.length > FIELD_BYTES) {
        return "Part exceeded maximum size of 1024KB.";
      }
      const name = `stream-${crypto.randomUUID()}`;
      const size = bytes.length;
      const chunks = once(bytes);
      objects.push({ key, name, mimeType: "text/plain", size, chunks, end });
    } else {
      const { name, size } = value;
      const mimeType = essence(value.type);
      objects.push({ key, name, mimeType, size, chunks: parts(value), end });
    }
  }
  return objects;
}

function bodyOf(
  random: SeededRandom,
  { headers, body }: Request,
  mimeType: string,
): HttpObject {
  const disposition = headers.get("content-disposition") ?? "";
  // Taken as it is: nothing of it is decoded.
  const name = /filename="?([^";]+)"?/i.exec(disposition)?.[1] ??
    `stream-${crypto.randomUUID()}`;
  const reader = body?.getReader();
  return {
    key: "body",
    name,
    mimeType,
    size: Number(headers.get("content-length") ?? 0) || undefined,
    chunks: networkChunks(random, reader),
    async end(): Promise<void> {
      await reader?.cancel().catch(() => {
        // The client went away first.
      });
    },
  };
}

/** A network cuts wherever it likes, inside characters, too; here always. */
async function* networkChunks(
  random: SeededRandom,
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (!reader) return;
  let wasCut = false;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    let rest = value;
    while (rest.length > 1 && (!wasCut || random.chance(0.5))) {
      wasCut = true;
      const most = Math.min(rest.length - 1, PART_CHUNK_BYTES);
      const cut = random.whole(1, most);
      yield rest.subarray(0, cut);
      rest = rest.subarray(cut);
    }
    if (rest.length > 0) yield rest;
  }
}

async function* parts(
  file: File,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < file.size; at += PART_CHUNK_BYTES) {
    yield await file.slice(at, at + PART_CHUNK_BYTES).bytes();
  }
}

async function* once(
  bytes: Uint8Array,
): AsyncGenerator<Uint8Array, void, undefined> {
  await Promise.resolve();
  yield bytes;
}

/** The media type without its parameters, in small letters. */
function essence(type: string | null): string {
  const [name = ""] = (type ?? "").split(";");
  return name.trim().toLowerCase() || "application/octet-stream";
}
