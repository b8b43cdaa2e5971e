/**
 * Extensions that the library does not know, and those for which RocketRide's
 * own clients choose a type of another lane. Other data fails on the text lane,
 * and is lost on the video lane; so extensions that two kinds of file share
 * have no type, and the engine looks at the content.
 */
const OWN_TYPES: Readonly<Record<string, string>> = {
  avi: "video/x-msvideo",
  docx:
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  flac: "audio/flac",
  ico: "image/vnd.microsoft.icon",
  mht: "message/rfc822",
  mts: "",
  ppt: "application/vnd.ms-powerpoint",
  pptx:
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  py: "text/x-python",
  rs: "",
  tar: "application/x-tar",
  tgz: "application/gzip",
  ts: "",
  xls: "application/vnd.ms-excel",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

/** Source code and other plain text that the library does not know. */
const PLAIN_TEXT =
  "adoc asm astro bash bat bib c cc cfg clj cpp cs cxx dart diff ex exs el " +
  "erl f90 go gradle graphql h hcl hpp hs jl kt latex lisp lua java m mm " +
  "nim org pas patch php pl pm properties proto ps1 r rb rst s scala sh srt " +
  "sty svelte swift tcl tex tf tsx vb vue zig zsh";

let table: Readonly<Record<string, string>> | undefined;

/**
 * The media type for the extension of a file's name; empty if it is unknown or
 * ambiguous.
 *
 * The table of media types is loaded when the first name is looked up.
 */
export async function mediaTypeOfName(name: string): Promise<string> {
  const file = name.split(/[/\\]/).at(-1)!;
  const dot = file.lastIndexOf(".");
  if (dot < 1) return ""; // no extension, or a dot file
  const extension = file.slice(dot + 1).toLowerCase();
  if (Object.hasOwn(OWN_TYPES, extension)) return OWN_TYPES[extension]!;
  if (PLAIN_TEXT.split(" ").includes(extension)) return "text/plain";
  // Repeated imports take time as well.
  table ??= (await import("mrmime")).mimes;
  return Object.hasOwn(table, extension) ? table[extension]! : "";
}
