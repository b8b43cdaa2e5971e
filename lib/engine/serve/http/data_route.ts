import { decodeExtended, parse } from "content-disposition";
import { ignore } from "../../../async.ts";
import { decodeUtf8 } from "../../../bytes.ts";
import { parseMediaType, wireMimeType } from "../../../protocol/media_type.ts";
import { bodyFrames, heldBody, requestBody } from "./request_body.ts";
import { describe, ok, type RouteCall } from "./route.ts";

/** Forms are held whole while they are taken apart. */
const FORM_BYTES = 64 * 1024 * 1024;
/** Each is an object, which costs more than its bytes. */
const FORM_PARTS = 4_096;
const BINARY = "application/octet-stream";

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
  const type = request.headers.get("content-type") || BINARY;
  const isForm = parseMediaType(type).essence === "multipart/form-data";
  const parts = isForm ? await formParts(call) : [bodyPart(call, type)];
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
      await part.body?.cancel(error).catch(ignore);
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
  { channel, share }: RouteCall,
  token: string | undefined,
  { body, mimeType, name, size }: Part,
): Promise<Readonly<Record<string, unknown>>> {
  const run = (
    args: Readonly<Record<string, unknown>>,
    data?: Uint8Array,
  ): Promise<Readonly<Record<string, unknown>>> =>
    channel.call("rrext_process", { ...(token && { token }), ...args }, data);
  const object = size ? { name, size } : { name };
  const { pipe_id } = await run({ subcommand: "open", object, mimeType });
  const write = { subcommand: "write", pipe_id };
  for await (const data of bodyFrames(body, mimeType, share)) {
    await run(write, data);
  }
  return await run({ subcommand: "close", pipe_id });
}

function bodyPart(call: RouteCall, type: string): Part {
  const { core, request: { headers } } = call;
  const [length] = /^\d{1,15}$/.exec(headers.get("content-length") ?? "") ?? [];
  const disposition = headers.get("content-disposition") ?? "";
  return {
    key: "body",
    name: fileName(disposition) || `stream-${core.settings.randomUUID()}`,
    // With its charset, which counts more than what a document declares.
    mimeType: wireMimeType(type),
    size: Number(length) || undefined,
    body: requestBody(call),
  };
}

/** The file that a header names. */
function fileName(disposition: string): string | undefined {
  const { parameters } = parse(disposition, { extended: false });
  const { filename, "filename*": extended = "" } = parameters;
  return decodeExtended(extended) ?? (filename && plainName(filename));
}

/** Clients write what is not ASCII with percent signs, or as bare UTF-8. */
function plainName(name: string): string {
  const text = fromUtf8(name) ?? name;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The bytes of a header are read as characters; what they mean as UTF-8. */
function fromUtf8(header: string): string | undefined {
  const bytes = Uint8Array.from(header, (byte) => byte.charCodeAt(0));
  try {
    return decodeUtf8(bytes);
  } catch {
    return undefined;
  }
}

async function formParts(call: RouteCall): Promise<Part[]> {
  const form = await (await heldBody(call, FORM_BYTES, "Forms")).formData();
  const entries = [...form.entries()];
  if (entries.length > FORM_PARTS) {
    throw new RangeError(`Forms may have ${FORM_PARTS} parts at most`);
  }
  const keys = partKeys(entries.map(([field]) => field));
  return entries.map(([field, value], at) => {
    const key = keys[at]!;
    if (typeof value !== "string") {
      const mimeType = wireMimeType(value.type || BINARY);
      return { ...partOf(value), key, name: value.name, mimeType };
    }
    const name = `${field}-${call.core.settings.randomUUID()}`;
    return { ...partOf(new Blob([value])), key, name, mimeType: "text/plain" };
  });
}

function partOf(blob: Blob): Pick<Part, "body" | "size"> {
  return { body: blob.stream(), size: blob.size || undefined };
}

/** The keys of results: the field's name, with a number where it is repeated. */
function partKeys(fields: readonly string[]): readonly string[] {
  const groups = Map.groupBy(fields, (field) => field);
  const isSingle = (field: string): boolean => groups.get(field)?.length === 1;
  const used = new Set(fields.filter(isSingle));
  const counts = new Map<string, number>();
  return fields.map((field) => {
    if (isSingle(field)) return field;
    let count = counts.get(field) ?? 0;
    while (used.has(`${field}_${count}`)) count++;
    const key = `${field}_${count}`;
    counts.set(field, count + 1);
    used.add(key);
    return key;
  });
}
