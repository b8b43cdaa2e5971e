import { isRecord } from "../../schema/json.ts";
import { framingOf, parseMediaType } from "../protocol/media_type.ts";
import { notCarried } from "./_http_commands.ts";
import { formOf, type Wrapping } from "./_multipart.ts";

type Args = Readonly<Record<string, unknown>>;

/** The longest text that a server takes as a field of a form, in one write. */
const FIELD_BYTES = 1024 * 1024;
/** What a server reads of a file of a form for one write. */
const PIECE_BYTES = 64 * 1024;
/** Names that every reader of a header understands. */
const HEADER_NAME = /^[\w !#$&+,\-.=@^~()[\]{}]+$/;

/** A name as servers give them. */
function unnamed(): string {
  return `stream-${crypto.randomUUID()}`;
}

/** How the object of a pipe travels. */
export interface Carriage {
  readonly mimeType: string;
  readonly name: string | undefined;
  /** The most bytes that arrive in one write; bytes may have any number. */
  readonly most: number;
}

/** How the object of a pipe that is opened travels. */
export function carriageOf({ mimeType, object }: Args): Carriage {
  const type = String(mimeType);
  const given = isRecord(object) ? object.name : undefined;
  const name = typeof given === "string" && given !== "" ? given : undefined;
  return { mimeType: type, name, most: mostOf(type) };
}

function mostOf(mimeType: string): number {
  if (framingOf(mimeType) === "bytes") return Infinity;
  const isPlain = parseMediaType(mimeType).essence === "text/plain";
  return isPlain ? FIELD_BYTES : PIECE_BYTES;
}

/**
 * The form for text or a record of so many bytes. A field has no name and no
 * media type, so that only plain text can be one; of its name servers make a
 * part of theirs. A field without text is a write without text: what was never
 * written to is a file, of which servers read nothing.
 */
export function heldForm(
  { mimeType, most, name }: Carriage,
  size: number | undefined,
): Wrapping {
  const field = most === FIELD_BYTES && size !== undefined &&
    (name === undefined || size > PIECE_BYTES);
  return formOf(
    field
      ? { field: name ?? "body" }
      : { field: "body", filename: name ?? unnamed(), mimeType },
  );
}

/** Refuse an object that says that it is too large. */
export function checkSize(args: Args): void {
  const { object } = args;
  const size = isRecord(object) ? object.size : undefined;
  const { most, mimeType } = carriageOf(args);
  if (typeof size === "number" && size > most) throw tooLong(mimeType, most);
}

/** What is too long for one write of a server. */
export function tooLong(mimeType: string, most: number): Error {
  return notCarried(`more than ${most / 1024} KiB of ${mimeType}`);
}

/** What is around bytes: nothing, unless a header cannot carry their name. */
export function wrappingOf({ mimeType, name }: Carriage): Wrapping {
  if (name !== undefined && !HEADER_NAME.test(name)) {
    return formOf({ field: "body", filename: name, mimeType });
  }
  return {
    headers: {
      "content-type": mimeType,
      ...(name !== undefined && {
        "content-disposition": `attachment; filename="${name}"`,
      }),
    },
    head: new Uint8Array(),
    tail: new Uint8Array(),
  };
}
