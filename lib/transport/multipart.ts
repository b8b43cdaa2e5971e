import { encodeUtf8, randomUUID } from "../bytes.ts";
import { parseMediaType } from "../protocol/media_type.ts";

/** One object as the only part of a form. */
interface FormPart {
  /** The name of the field. */
  readonly field: string;
  /** The name of a file; a part without one is a field of text. */
  readonly filename?: string | undefined;
  /** The media type of a file. */
  readonly mimeType?: string | undefined;
}

/** What stands around the bytes of an object in the body of a request. */
export interface Wrapping {
  readonly headers: Readonly<Record<string, string>>;
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
}

/**
 * A form of one part, around bytes that stay as they are: `FormData` would
 * change the line ends of text, and cannot be streamed.
 */
export function formOf({ field, filename, mimeType }: FormPart): Wrapping {
  const boundary = `rocketride-${randomUUID()}`;
  const disposition = [
    `form-data; name="${escaped(field)}"`,
    ...(filename === undefined ? [] : [`filename="${escaped(filename)}"`]),
  ];
  const lines = [
    `--${boundary}`,
    `content-disposition: ${disposition.join("; ")}`,
    // Servers drop the parameters.
    ...(mimeType === undefined
      ? []
      : [`content-type: ${parseMediaType(mimeType).essence}`]),
    "",
    "",
  ];
  return {
    headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
    head: encodeUtf8(lines.join("\r\n")),
    tail: encodeUtf8(`\r\n--${boundary}--\r\n`),
  };
}

/** What would end a quoted name, as browsers write it; the rest as it is. */
function escaped(name: string): string {
  return name.replace(
    /["\r\n]/g,
    (mark) => mark === '"' ? "%22" : mark === "\r" ? "%0D" : "%0A",
  );
}
