import { assertEquals } from "@std/assert";
import { mediaTypeOfName } from "../../lib/pipe/media_type_of_name.ts";

/** Nothing that is certain; callers take such files for raw data. */
const RAW = "";

/** Names with what they stand for: of ordinary types, and the traps. */
const NAMES: readonly (readonly [string, string])[] = [
  ["a.txt", "text/plain"],
  ["a.bat", "text/plain"],
  ["a.c", "text/plain"],
  ["a.h", "text/plain"],
  ["a.pl", "text/plain"],
  ["a.srt", "text/plain"],
  ["a.java", "text/plain"],
  ["a.cpp", "text/plain"],
  ["a.sh", "text/plain"],
  ["a.tex", "text/plain"],
  ["a.rst", "text/plain"],
  ["a.GO", "text/plain"],
  ["a.html", "text/html"],
  ["a.htm", "text/html"],
  ["a.css", "text/css"],
  ["a.csv", "text/csv"],
  ["a.tsv", "text/tab-separated-values"],
  ["a.xml", "text/xml"],
  ["a.py", "text/x-python"],
  ["a.md", "text/markdown"],
  ["a.json", "application/json"],
  ["a.js", "text/javascript"],
  ["a.pdf", "application/pdf"],
  ["a.zip", "application/zip"],
  ["a.doc", "application/msword"],
  ["a.xls", "application/vnd.ms-excel"],
  ["a.ppt", "application/vnd.ms-powerpoint"],
  ["a.tar", "application/x-tar"],
  ["a.eml", "message/rfc822"],
  ["a.mht", "message/rfc822"],
  ["a.png", "image/png"],
  ["a.jpg", "image/jpeg"],
  ["a.ico", "image/vnd.microsoft.icon"],
  ["a.mp3", "audio/mpeg"],
  ["a.flac", "audio/flac"],
  ["a.mp4", "video/mp4"],
  ["a.avi", "video/x-msvideo"],
  // By the last ending, in any case, of the last part of a path.
  ["A.B.PDF", "application/pdf"],
  ["folder.pdf/a.txt", "text/plain"],
  ["C:\\folder\\a.csv", "text/csv"],
  // What is packed is no text any more.
  ["a.txt.gz", "application/gzip"],
  ["a.tar.gz", "application/gzip"],
  ["a.tgz", "application/gzip"],
  ["a.tar.bz2", RAW],
  // TypeScript or a film, Rust or a service list: the engine has to look.
  ["a.ts", RAW],
  ["a.mts", RAW],
  ["a.rs", RAW],
  // Nothing to go by.
  ["", RAW],
  ["Makefile", RAW],
  [".txt", RAW],
  ["folder.txt/README", RAW],
  ["folder/.gitignore", RAW],
  ["a.", RAW],
  ["a.nothing-of-the-kind", RAW],
  ["a.constructor", RAW],
  ["a.__proto__", RAW],
];

for (const [name, expected] of NAMES) {
  Deno.test(`mediaTypeOfName() takes "${name}" for ${expected || "nothing"}`, async () => {
    assertEquals(await mediaTypeOfName(name), expected);
  });
}
