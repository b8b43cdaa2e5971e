import type { PipeContext } from "../../node.ts";
import type { Content } from "./content_type.ts";
import { delimitedTable } from "./delimited_table.ts";
import { htmlReader } from "./html_reader.ts";
import { nfcStream, pieceCutter, textDecoding } from "./text_decoding.ts";

/** One object on its way through `parse`, once it is known what it is. */
export interface Reading {
  /** Take bytes; resolves when what came of them has been passed on. */
  write(bytes: Uint8Array): Promise<void>;
  /** The object is complete. */
  end(): Promise<void>;
}

/** Pass a table on, unless it is empty or nothing takes it. */
export async function passTable(
  pipe: PipeContext,
  table: string,
): Promise<void> {
  if (table === "" || !pipe.listens("table")) return;
  pipe.signal.throwIfAborted();
  await pipe.emit("table", table);
}

/** Pass a whole text on in pieces, in NFC. */
export async function passText(pipe: PipeContext, text: string): Promise<void> {
  const cutter = pieceCutter();
  const pieces = [...cutter.push(text.normalize("NFC")), ...cutter.end()];
  for (const piece of pieces) await pipe.emit("text", piece);
}

/** Read an object as text, and its tables where it has such. */
export function textReading(
  pipe: PipeContext,
  { kind, type, charset }: Content,
  head: Uint8Array,
): Reading {
  const decoding = textDecoding(head, charset);
  const nfc = nfcStream();
  const cutter = pieceCutter();
  const tables: string[] = [];
  const html = kind === "html"
    ? htmlReader({
      xhtml: type === "application/xhtml+xml",
      title: (text) => void (pipe.object.metadata["dc:title"] = text),
      table: (markdown) => void tables.push(markdown),
    })
    : undefined;
  const separated = kind === "csv" || kind === "tsv";
  const records = separated && pipe.listens("table")
    ? delimitedTable(kind === "tsv" ? "\t" : undefined)
    : undefined;
  if (decoding.unknownCharset !== undefined) {
    pipe.warn(
      `parse: the charset '${decoding.unknownCharset}' of ` +
        `'${pipe.object.name}' is not known; it is read as UTF-8`,
    );
  }

  async function pass(pieces: readonly string[]): Promise<void> {
    for (const piece of pieces) {
      pipe.signal.throwIfAborted();
      records?.write(piece);
      await pipe.emit("text", piece);
    }
    for (const table of tables.splice(0)) await passTable(pipe, table);
  }

  return {
    async write(bytes): Promise<void> {
      const decoded = decoding.push(bytes);
      const text = html ? html.push(decoded) : decoded;
      await pass(cutter.push(nfc.push(text)));
    },
    async end(): Promise<void> {
      const decoded = decoding.end();
      const text = html ? html.push(decoded) + html.end() : decoded;
      const rest = nfc.push(text) + nfc.end();
      await pass([...cutter.push(rest), ...cutter.end()]);
      if (records) await passTable(pipe, records.end());
      if (records?.unquoted !== undefined) {
        pipe.warn(
          `parse: record ${records.unquoted} of '${pipe.object.name}' has a ` +
            "quote that is not closed, or not at the end of its cell; it is " +
            "read as text",
        );
      }
      if (decoding.replaced) {
        pipe.warn(
          `parse: the text of '${pipe.object.name}' contains U+FFFD; ` +
            `bytes that are not valid ${decoding.charset} were replaced, ` +
            "now or earlier",
        );
      }
    },
  };
}
