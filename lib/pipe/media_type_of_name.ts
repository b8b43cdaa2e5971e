/**
 * Where the library knows nothing, or what RocketRide's own clients say
 * differs and leads to another lane. What is sent to the text lane
 * wrongly fails, and to the video lane is lost; for endings that two kinds of
 * file share, the engine is left to look inside.
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
 * The media type that a file's name stands for, by what it ends with; empty
 * where that says nothing, or several things.
 *
 * The table of media types is loaded when the first name is looked up.
 */
export async function mediaTypeOfName(name: string): Promise<string> {
  const file = name.split(/[/\\]/).at(-1)!;
  const dot = file.lastIndexOf(".");
  if (dot < 1) return ""; // no ending, or a dot file
  const ending = file.slice(dot + 1).toLowerCase();
  if (Object.hasOwn(OWN_TYPES, ending)) return OWN_TYPES[ending]!;
  if (PLAIN_TEXT.split(" ").includes(ending)) return "text/plain";
  // Importing what is there already takes its time as well.
  table ??= (await import("mrmime")).mimes;
  return Object.hasOwn(table, ending) ? table[ending]! : "";
}
