import { isRecord } from "../../../../schema/json.ts";
import { createQuestion, type Question } from "../../../../schema/question.ts";
import { ExecutionException } from "../../../errors.ts";
import type {
  NodeInstance,
  NodeTask,
  PipeContext,
  TaskContext,
} from "../../node.ts";
import { type ConfigReader, configReader } from "../config_reader.ts";
import { objectDoc } from "../object_doc.ts";
import { askLlm } from "./ask_llm.ts";
import prompts from "./prompts.json" with { type: "json" };

/** A column of the table that is extracted. */
interface Column {
  readonly name: string;
  readonly type: string;
  /** What a row has where nothing was found; `undefined` for null. */
  readonly fallback: unknown;
}

type Row = Readonly<Record<string, unknown>>;

/**
 * Start `extract_data`: its LLM finds the rows of a table in texts and tables.
 *
 * The LLM is asked once for each input that is not blank, with the rows so
 * far, which it completes. When the object is complete, the rows become one
 * answer, a list, and one document each with the row's JSON, on the lanes that
 * are connected. A column that the LLM leaves out gets its default, or null.
 * An answer that is not a list of objects fails the write.
 */
export function startExtractData(context: TaskContext): NodeTask {
  const columns = readColumns(configReader(context));
  const { id: signature } = context;

  function instance(pipe: PipeContext): NodeInstance {
    let rows: readonly Row[] = [];

    async function extract(text: string): Promise<"consume"> {
      if (text.trim() !== "") {
        const answer = await askLlm(pipe, questionFor(columns, rows, text));
        rows = readRows(answer).map((row) => completed(row, columns));
      }
      return "consume";
    }

    return {
      on: { text: extract, table: extract },
      async closing(): Promise<void> {
        if (pipe.listens("answers")) {
          await pipe.emit("answers", { answer: rows, expectJson: true });
        }
        if (!pipe.listens("documents") || rows.length === 0) return;
        const documents = rows.map((row, chunkId) =>
          objectDoc(pipe.object, JSON.stringify(row), { chunkId, signature })
        );
        await pipe.emit("documents", documents);
      },
    };
  }

  return { instance };
}

function questionFor(
  columns: readonly Column[],
  rows: readonly Row[],
  text: string,
): Question {
  const list = columns.map(({ name, type, fallback }) => {
    const otherwise = fallback === undefined
      ? ""
      : `, ${JSON.stringify(fallback)} when there is none`;
    return `- "${name}" (${type}${otherwise})`;
  });
  const { instructions, ...prompt } = prompts.extract_data;
  const table = "Find everything in the document that makes a row of a " +
    `table with these columns:\n${list.join("\n")}`;
  const isFirst = rows.length === 0;
  return createQuestion({
    ...prompt,
    instructions: [
      { subtitle: "Table", instructions: table },
      ...instructions,
      ...(isFirst ? [] : [prompts.rows_so_far]),
    ],
    context: isFirst ? [] : [JSON.stringify(rows)],
    documents: [{ type: "Document", page_content: text }],
  });
}

function readRows(answer: unknown): readonly Row[] {
  const list = isRecord(answer) ? [answer] : answer;
  if (Array.isArray(list) && list.every(isRecord)) return list;
  throw new ExecutionException("The model did not answer a list of rows");
}

function completed(row: Row, columns: readonly Column[]): Row {
  const missing = columns.filter(({ name }) => (row[name] ?? null) === null)
    .map(({ name, fallback = null }) => [name, fallback] as const);
  return { ...row, ...Object.fromEntries(missing) };
}

function readColumns(read: ConfigReader): readonly Column[] {
  const columns = read.records("fields").map((field, at): Column => {
    const { column, type = "text", defval } = field;
    if (typeof column !== "string" || column.trim() === "") {
      throw read.fault(`'fields[${at}]' needs a 'column'`);
    }
    if (typeof type !== "string") {
      throw read.fault(`'fields[${at}]' has a 'type' that is no text`);
    }
    const fallback = defval === "" || defval === null ? undefined : defval;
    return { name: column.trim(), type, fallback };
  });
  if (columns.length === 0) throw read.fault("'fields' needs a column");
  const names = new Set(columns.map(({ name }) => name));
  if (names.size === columns.length) return columns;
  throw read.fault("'fields' has a column twice");
}
