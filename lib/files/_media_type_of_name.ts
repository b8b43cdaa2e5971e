/** What is taken for a file of which nothing is known. */
export const UNKNOWN_TYPE = "application/octet-stream";

/**
 * Where the library knows nothing, or what RocketRide's own clients say
 * differs and leads to another lane (api §8.1). What is sent to the text lane
 * wrongly fails, and to the video lane is lost; for endings that two kinds of
 * file share, the engine is left to look inside.
 */
const OWN_TYPES: Readonly<Record<string, string>> = {
  avi: "video/x-msvideo",
  bat: "text/plain",
  c: "text/plain",
  docx:
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  flac: "audio/flac",
  h: "text/plain",
  ico: "image/vnd.microsoft.icon",
  mht: "message/rfc822",
  mts: UNKNOWN_TYPE,
  pl: "text/plain",
  ppt: "application/vnd.ms-powerpoint",
  pptx:
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  py: "text/x-python",
  rs: UNKNOWN_TYPE,
  srt: "text/plain",
  tar: "application/x-tar",
  ts: UNKNOWN_TYPE,
  xls: "application/vnd.ms-excel",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

/**
 * The media type that a file's name stands for, by what it ends with.
 *
 * The table of media types is loaded when the first name is looked up.
 */
export async function mediaTypeOfName(name: string): Promise<string> {
  const file = name.slice(
    Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1,
  );
  const dot = file.lastIndexOf(".");
  if (dot < 1) return UNKNOWN_TYPE; // no ending, or a dot file
  const ending = file.slice(dot + 1).toLowerCase();
  if (Object.hasOwn(OWN_TYPES, ending)) return OWN_TYPES[ending]!;
  const { mimes } = await import("mrmime");
  return Object.hasOwn(mimes, ending) ? mimes[ending]! : UNKNOWN_TYPE;
}
