import type { PipeContext } from "../../node.ts";
import type { Content } from "./_content_type.ts";
import { delimitedTable } from "./_delimited_table.ts";
import { htmlReader } from "./_html_reader.ts";
import { nfcStream } from "./_nfc_stream.ts";
import { passTable } from "./_pass_table.ts";
import { pieceCutter } from "./_piece_cutter.ts";
import type { Reading } from "./_reading.ts";
import { textDecoding } from "./_text_decoding.ts";

/** Read an object as text, and its tables where it has such. */
export function textReading(
  pipe: PipeContext,
  content: Content,
  head: Uint8Array,
): Reading {
  const decoding = textDecoding(head, content.charset);
  const nfc = nfcStream();
  const cutter = pieceCutter();
  const found: string[] = [];
  const html = content.kind === "html"
    ? htmlReader({
      title: (text) => void (pipe.object.metadata["dc:title"] = text),
      table: (markdown) => void found.push(markdown),
    })
    : undefined;
  const separated = content.kind === "csv" || content.kind === "tsv";
  const records = separated && pipe.listens("table")
    ? delimitedTable(content.kind === "tsv" ? "\t" : undefined)
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
    for (const table of found.splice(0)) await passTable(pipe, table);
  }

  return {
    async write(bytes): Promise<void> {
      const decoded = decoding.push(bytes);
      const text = html ? html.write(decoded) : decoded;
      await pass(cutter.push(nfc.push(text)));
    },
    async end(): Promise<void> {
      const decoded = decoding.end();
      const text = html ? html.write(decoded) + html.end() : decoded;
      const rest = nfc.push(text) + nfc.end();
      await pass([...cutter.push(rest), ...cutter.end()]);
      if (records) await passTable(pipe, records.end());
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
