import { abortable } from "../../../async.ts";
import type { PipeContext } from "../../node.ts";
import { concatBytes } from "../concat_bytes.ts";
import { passTable } from "./_pass_table.ts";
import { pieceCutter } from "./_piece_cutter.ts";
import type { Reading } from "./_reading.ts";
import type { ParsedDocument, Parser } from "./parser_table.ts";

/** Gather the whole object for a parser of the user's. */
export function ownReading(
  pipe: PipeContext,
  parser: Parser,
  mimeType: string,
): Reading {
  const chunks: Uint8Array[] = [];

  async function pass(text: string): Promise<void> {
    const cutter = pieceCutter();
    const pieces = [...cutter.push(text.normalize("NFC")), ...cutter.end()];
    for (const piece of pieces) await pipe.emit("text", piece);
  }

  return {
    write(bytes): Promise<void> {
      chunks.push(bytes.slice());
      return Promise.resolve();
    },
    async end(): Promise<void> {
      const { object, signal } = pipe;
      const info = { name: object.name, mimeType, signal };
      const run = async () => await parser(concatBytes(chunks), info);
      const document: ParsedDocument = await abortable(run(), signal).catch(
        (error) => {
          signal.throwIfAborted();
          const why = error instanceof Error ? error.message : String(error);
          pipe.warn(`parse: '${object.name}' could not be parsed: ${why}`);
          return {};
        },
      );
      Object.assign(object.metadata, document.metadata);
      for (const table of document.tables ?? []) await passTable(pipe, table);
      if (document.text) await pass(document.text);
    },
  };
}
