import {
  declaredAsUtf8,
  findDeclaration,
} from "../../lib/protocol/declared_charset.ts";
import { parse } from "../engine/nodes/parse_bench.ts";
import type { TextReader } from "./text_reader.ts";

const encoder = new TextEncoder();

/** What breaks readers of pages. */
const MARKUP: readonly string[] = [
  "<",
  "<!--",
  "<!---->",
  "<![CDATA[",
  "<b></i>",
  "<svg></b>",
  "<svg><p>",
  "<svg><foreignObject>",
  " c=d",
  '<a b="',
  "<table></think>",
  "<table><tr><td>",
  "<script>",
  "&",
];

function pipeline(
  object: { readonly mimeType?: string; readonly name?: string },
): TextReader["read"] {
  return (text) => parse(object, encoder.encode(text));
}

export const PARSE_READERS: readonly TextReader[] = [
  {
    covers: [
      "lib/protocol/declared_charset.ts#findDeclaration",
      "lib/protocol/declared_charset.ts#isMarkup",
      "lib/protocol/declared_charset.ts#declaredAsUtf8",
    ],
    read: (text) => {
      findDeclaration(`<${text}`);
      findDeclaration(`<meta http-equiv=content-type content='${text}'>`);
      findDeclaration(`<?xml ${text}`);
      return declaredAsUtf8(`<${text}`);
    },
    pieces: ["<meta ", "<meta charset", "<a b='", "charset ="],
  },
  {
    covers: [
      "lib/engine/nodes/core/html_reader.ts#htmlReader",
      "lib/engine/nodes/core/html_tables.ts#htmlTables",
    ],
    read: pipeline({ mimeType: "text/html" }),
    common: false,
    pieces: ["a", " ", "\n", ...MARKUP],
    texts: {
      "elements closed from the outside": (size) =>
        "<b>".repeat(500) + "</i>".repeat(size / 4),
      "cells that span": (size) =>
        "<table>" + "<tr><td rowspan=0>a<td colspan=9>b".repeat(size / 40),
      "tables in tables": (size) =>
        "<table><tr><td>".repeat(500) + "<b>a</b>".repeat(size / 8),
    },
  },
  {
    covers: [
      "lib/engine/nodes/core/content_type.ts#contentOf",
      "lib/engine/nodes/core/read_text.ts#passTable",
      "lib/engine/nodes/core/read_text.ts#passText",
      "lib/engine/nodes/core/read_text.ts#textReading",
      "lib/engine/nodes/core/text_decoding.ts#textDecoding",
      "lib/engine/nodes/core/text_decoding.ts#markedCharset",
      "lib/engine/nodes/core/text_decoding.ts#nfcStream",
      "lib/engine/nodes/core/text_decoding.ts#pieceCutter",
    ],
    read: pipeline({ name: "object" }),
    pieces: [...MARKUP.slice(0, 4), "<?xml ", "\u0301", "\u1161", "\0"],
    texts: {
      "white space before a declaration": (size) =>
        `${" ".repeat(size)}<?xml encoding=`,
    },
  },
  {
    covers: ["lib/engine/nodes/core/content_type.ts#contentOf"],
    read: (text) =>
      Promise.all([
        parse({ mimeType: text }, "a"),
        parse({ mimeType: `text/plain;${text}` }, "a"),
        parse({ name: text }, "a"),
      ]),
    pieces: [";charset", ";charset= ", "+json", "text/", ".ts"],
    common: false,
  },
  {
    covers: [
      "lib/engine/nodes/core/delimited_table.ts#delimitedTable",
      "lib/engine/nodes/core/markdown_table.ts#markdownRow",
      "lib/engine/nodes/core/markdown_table.ts#markdownTable",
      "lib/engine/nodes/core/markdown_table.ts#tableBuilder",
    ],
    read: pipeline({ mimeType: "text/csv" }),
    common: false,
    pieces: [
      "\n",
      ",",
      '",',
      'a,"',
      '"" ',
      "a\r",
      "a,b\n",
      '"a""',
      '"""a,',
      '""a,',
      '"a",',
      "sep=",
      "|\\",
      "<b",
    ],
  },
];
