import { parseMediaType, wireMimeType } from "../../../protocol/media_type.ts";
import { bodyFrames } from "./body_frames.ts";
import { heldBody } from "./held_body.ts";
import { describe, ok } from "./reply.ts";
import { requestBody } from "./request_body.ts";
import type { RouteCall } from "./route.ts";

/** Multipart bodies are held whole while they are taken apart. */
const FORM_BYTES = 64 * 1024 * 1024;
/** Each is an object, which costs more than its bytes. */
const FORM_PARTS = 4_096;

/** One object of a request. */
interface Part {
  readonly key: string;
  readonly name: string;
  readonly mimeType: string;
  readonly size: number | undefined;
  readonly body: ReadableStream<Uint8Array> | null;
}

/** `POST /task/data` and `POST /webhook`: objects for a task. */
export async function postData(call: RouteCall): Promise<Response> {
  const { query, request } = call;
  const parts = isForm(request) ? await formParts(call) : [bodyPart(call)];
  const token = query.get("token") ?? undefined;
  const resultTypes: Record<string, unknown> = {};
  let objectsCompleted = 0;
  const objects = await Promise.all(parts.map(async (part) => {
    try {
      const { result_types: types, ...result } = await send(call, token, part);
      Object.assign(resultTypes, types);
      objectsCompleted++;
      return [part.key, { ...result, status: "OK" }];
    } catch (error) {
      await part.body?.cancel(error).catch(() => {});
      const about = { status: "Error", error: describe(error) };
      return [part.key, { ...about, metrics: null, warnings: null }];
    }
  }));
  return ok({
    objectsRequested: parts.length,
    objectsCompleted,
    resultTypes,
    objects: Object.fromEntries(objects),
  });
}

async function send(
  { line, hold }: RouteCall,
  token: string | undefined,
  { body, mimeType, name, size }: Part,
): Promise<Readonly<Record<string, unknown>>> {
  const to = token === undefined ? {} : { token };
  const object = size ? { name, size } : { name };
  const { pipe_id } = await line.call("rrext_process", {
    ...to,
    subcommand: "open",
    object,
    mimeType,
  });
  for await (const data of bodyFrames(body, mimeType, hold)) {
    const write = { ...to, subcommand: "write", pipe_id };
    await line.call("rrext_process", write, data);
  }
  return await line.call("rrext_process", {
    ...to,
    subcommand: "close",
    pipe_id,
  });
}

function isForm(request: Request): boolean {
  return essence(request.headers.get("content-type")) === "multipart/form-data";
}

function bodyPart(call: RouteCall): Part {
  const { core, request: { headers } } = call;
  const length = Number(/^\d{1,15}$/.exec(headers.get("content-length") ?? ""));
  const name = /filename\*?=(?:UTF-8'')?"?([^";]+)"?/i
    .exec(headers.get("content-disposition") ?? "")?.[1];
  return {
    key: "body",
    name: name === undefined
      ? `stream-${core.settings.randomUUID()}`
      : decoded(name),
    // With its charset, which counts more than what a document declares.
    mimeType: wireMimeType(
      headers.get("content-type") || "application/octet-stream",
    ),
    size: length || undefined,
    body: requestBody(call),
  };
}

async function formParts(call: RouteCall): Promise<Part[]> {
  const { core } = call;
  const form = await (await heldBody(call, FORM_BYTES, "Forms")).formData();
  const entries = [...form.entries()];
  if (entries.length > FORM_PARTS) {
    throw new RangeError(`Forms may have ${FORM_PARTS} parts at most`);
  }
  const fields = Map.groupBy(entries, ([field]) => field);
  const count = new Map<string, number>();
  return entries.map(([field, value]) => {
    const seen = count.get(field) ?? 0;
    count.set(field, seen + 1);
    const several = fields.get(field)!.length > 1;
    const key = several ? `${field}_${seen}` : field;
    const blob = typeof value === "string" ? new Blob([value]) : value;
    return {
      key,
      name: typeof value === "string"
        ? `${field}-${core.settings.randomUUID()}`
        : value.name,
      mimeType: typeof value === "string"
        ? "text/plain"
        : wireMimeType(value.type || "application/octet-stream"),
      size: blob.size || undefined,
      body: blob.stream(),
    };
  });
}

function essence(type: string | null): string {
  return parseMediaType(type || "application/octet-stream").essence;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
