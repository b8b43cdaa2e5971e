import { createQuestion } from "../../schema/question.ts";
import { resolveReferences } from "../../lib/engine/nodes/agent/toolbox.ts";
import { outline, valueText } from "../../lib/engine/nodes/agent/value_text.ts";
import { statusFailure } from "../../lib/engine/nodes/call_api.ts";
import {
  languageOf,
  splitParagraphs,
} from "../../lib/engine/nodes/core/preprocessor_code.ts";
import { hashedWords } from "../../lib/engine/nodes/retrieval/hashed_words.ts";
import { prepareRequest } from "../../lib/engine/nodes/agent/http_request.ts";
import { jsonReply } from "../../lib/engine/nodes/_json_reply.ts";
import { answerValue } from "../../lib/engine/nodes/core/response.ts";
import { peek } from "../../lib/engine/nodes/agent/memory.ts";
import { maskPrivate } from "../../lib/engine/nodes/privacy/anonymize_text.ts";
import {
  formatFault,
  FORMATS,
  injection,
  ungrounded,
} from "../../lib/engine/nodes/privacy/guard_rules.ts";
import { promptText } from "../../lib/engine/nodes/prompt_text.ts";
import { docMatches } from "../../lib/engine/nodes/retrieval/search.ts";
import { snippetsOf } from "../../lib/engine/nodes/retrieval/snippets.ts";
import {
  matchesIn,
  TextIndex,
} from "../../lib/engine/nodes/retrieval/text_index.ts";
import {
  codePoints,
  LATEX,
  MARKDOWN,
  readSeparators,
  splitAtSeparator,
  splitByForce,
  splitRecursively,
  utf8Bytes,
} from "../../lib/engine/nodes/text_splitter.ts";
import { builtin, startNode } from "../engine/nodes/harness.ts";
import { settle } from "./client_readers.ts";
import { JSON_PIECES } from "./schema_readers.ts";
import { jsonList, type TextReader } from "./text_reader.ts";

/** Guardrails that check all that they can. */
async function guard(text: string): Promise<void> {
  const custom = {
    max_input_length: 10,
    max_tokens_estimate: 10,
    blocked_topics: ["b"],
    allowed_topics: ["c"],
  };
  const node = builtin("guardrails");
  const pipe = (await startNode(node, { profile: "custom", custom })).open();
  await pipe.send("questions", createQuestion({ questions: [{ text }] }));
  await pipe.send("answers", { answer: text, expectJson: false });
}

const LIMIT = { most: 100, measure: codePoints };

/** Words, with marks and without, and of scripts without spaces. */
const WORD_PIECES = [
  "a",
  "a ",
  "a b ",
  "\u0301",
  "e\u0301",
  "\u0130 ",
  "\u200d",
  "\u5317\u4eac",
  "\u5317 ",
  "\u0e20\u0e32\u0e29\u0e32",
  "\u30a2\u30e1\u30ea\u30ab",
];

export const NODE_READERS: readonly TextReader[] = [
  {
    covers: [
      "lib/engine/nodes/privacy/anonymize_text.ts#anonymizeText",
      "lib/engine/nodes/privacy/anonymize_text.ts#maskPrivate",
      "lib/engine/nodes/privacy/private_data.ts#privateSpans",
    ],
    read: (text) => maskPrivate(text, "█"),
    common: false,
    pieces: [
      "(415) 555-0101",
      "+49 30 1234567::1",
      "a@",
      "a@b.c+",
      "1-",
      "::1 ",
      "://a@",
      "AB12 ",
      "1\n",
      "\r\n ",
      "123\n456-",
      "\u00a0",
      "\u00ad",
      "\uff11",
      '"a"@',
      "'@a.b",
    ],
  },
  {
    covers: [
      "lib/engine/nodes/privacy/guardrails.ts#guardrails",
      "lib/engine/nodes/privacy/guard_rules.ts#injection",
      "lib/engine/nodes/privacy/guard_rules.ts#personalData",
      "lib/engine/nodes/privacy/guard_rules.ts#ungrounded",
      "lib/engine/nodes/privacy/guard_rules.ts#formatFault",
    ],
    read: async (text) => {
      await guard(text);
      injection(text);
      ungrounded(text, [text]);
      for (const format of FORMATS) formatFault(text, format);
    },
    common: false,
    pieces: [
      "a",
      " ",
      "\n",
      "ignore ",
      "ignore all ",
      "ignore\n",
      "show your secret ",
      "how to ",
      "make ",
      "# ",
      "<|a",
      "**",
      "`",
      "[a](",
      "|",
    ],
  },
  {
    covers: [
      "lib/engine/nodes/core/preprocessor_code.ts#preprocessorCode",
      "lib/engine/nodes/core/preprocessor_code.ts#splitParagraphs",
      "lib/engine/nodes/core/preprocessor_code.ts#languageOf",
    ],
    read: async (text) => {
      splitParagraphs(text);
      languageOf({ name: text, mimeType: text });
      languageOf({ name: "a", mimeType: `text/x-${text}` });
      const pipe = (await startNode(builtin("preprocessor_code"))).open();
      await pipe.send("text", text);
      await pipe.finish();
    },
    pieces: [" \n", "src", "\n\n", "a\n\n", "a;\n"],
  },
  {
    covers: [
      "lib/engine/nodes/text_splitter.ts#splitRecursively",
      "lib/engine/nodes/text_splitter.ts#splitAtSeparator",
      "lib/engine/nodes/text_splitter.ts#splitByForce",
      "lib/engine/nodes/text_splitter.ts#codePoints",
      "lib/engine/nodes/text_splitter.ts#utf8Bytes",
    ],
    read: (text) => {
      for (const separators of [MARKDOWN, LATEX]) {
        splitRecursively(text, separators, LIMIT);
      }
      splitAtSeparator(text, "\n", LIMIT);
      splitByForce([text], { most: 100, measure: utf8Bytes });
    },
    common: false,
    pieces: ["a", "\n\n", "\n# ", "\n***", "\n\\item"],
  },
  {
    covers: ["lib/engine/nodes/text_splitter.ts#readSeparators"],
    read: (text) =>
      settle(
        () => readSeparators(text),
        () => readSeparators(`[${text}]`),
      ),
    pieces: ['"a",', '"\\', "'\\x41',", " ,", "[ "],
  },
  {
    covers: ["lib/engine/nodes/_json_reply.ts#jsonReply"],
    read: (text) => settle(() => jsonReply(text)),
    pieces: JSON_PIECES,
  },
  {
    covers: [
      "lib/engine/nodes/core/response.ts#response",
      "lib/engine/nodes/core/response.ts#docValue",
      "lib/engine/nodes/core/response.ts#questionValue",
      "lib/engine/nodes/core/response.ts#answerValue",
    ],
    read: async (text) => {
      answerValue({ answer: text, expectJson: true });
      const bench = await startNode(builtin("response"), { laneName: text });
      await bench.open().send("answers", { answer: text, expectJson: true });
    },
    pieces: JSON_PIECES,
    common: false,
  },
  {
    covers: [
      "lib/engine/nodes/agent/toolbox.ts#resolveReferences",
      "lib/engine/nodes/agent/value_text.ts#valueText",
      "lib/engine/nodes/agent/value_text.ts#outline",
    ],
    read: async (text) => {
      await resolveReferences(text, () => Promise.resolve(1));
      outline({ text });
      for (const format of ["csv", "html_table", "markdown_table"] as const) {
        valueText([{ a: text }], format);
      }
    },
    pieces: [
      "{{memory.ref:",
      "{{memory.ref:a",
      "{{memory.ref:a:",
      "{{memory.ref:a}}",
      "{{memory.ref:a:text:",
      '"',
      "&<",
    ],
  },
  {
    covers: ["lib/engine/nodes/agent/memory.ts#peek"],
    read: (text) => peek(new Map([["a", text]]), { key: "a" }),
    common: false,
    pieces: ["a", "\ud83d"],
  },
  {
    covers: [
      "lib/engine/nodes/call_api.ts#statusFailure",
      "lib/engine/nodes/call_api.ts#retryAfter",
      "lib/engine/nodes/call_api.ts#dig",
      "lib/engine/nodes/fetch_body.ts#jsonOf",
    ],
    read: (text) => {
      const request = {
        api: "a",
        url: "https://api.test/",
        headers: {},
        body: {},
        secret: "a1",
        timeoutMs: 1,
      };
      const error = JSON.stringify({ error: { message: text } });
      for (const body of [text, error]) {
        statusFailure(request, new Response(null, { status: 429 }), body);
      }
      const headers = { "retry-after": text.replace(/[^\x20-\x7e]/g, "") };
      statusFailure(request, new Response(null, { status: 503, headers }), "");
    },
    pieces: ["a1", "API_KEY_", "1.", " 1", ...JSON_PIECES.slice(0, 5)],
  },
  {
    covers: [
      "lib/engine/nodes/retrieval/hashed_words.ts#hashedWords",
      "lib/engine/nodes/retrieval/words.ts#wordsIn",
    ],
    read: (text) => hashedWords(text, 64),
    common: false,
    pieces: WORD_PIECES,
  },
  {
    covers: [
      "lib/engine/nodes/retrieval/stores.ts#storeStarters",
      "lib/engine/nodes/retrieval/text_index.ts#TextIndex",
      "lib/engine/nodes/retrieval/words.ts#partsOf",
      "lib/engine/nodes/retrieval/words.ts#isUnspaced",
    ],
    read: (text) => new TextIndex().add(text),
    common: false,
    pieces: WORD_PIECES,
  },
  {
    covers: ["lib/engine/nodes/retrieval/words.ts#wordsOf"],
    read: (text) => {
      const index = new TextIndex();
      index.add("a b");
      index.search({ text, operator: "or" });
    },
    common: false,
    pieces: WORD_PIECES,
  },
  {
    covers: [
      "lib/engine/nodes/retrieval/text_index.ts#matchesIn",
      "lib/engine/nodes/retrieval/words.ts#rowWordsIn",
    ],
    read: (text) => {
      const row = `${text.slice(0, text.length / 16)} b`;
      matchesIn(text, { text: row, operator: "exact" });
    },
    common: false,
    pieces: WORD_PIECES,
  },
  {
    covers: ["lib/engine/nodes/retrieval/text_index.ts#matchesIn"],
    read: (text) =>
      matchesIn(text, { text: text.slice(0, 8), operator: "exact", slop: 3 }),
    common: false,
    pieces: WORD_PIECES,
  },
  {
    covers: ["lib/engine/nodes/retrieval/snippets.ts#snippetsOf"],
    read: (text) => {
      const matches = Array.from(
        { length: text.length / 3 },
        (_, at) => ({ at: at * 3, end: at * 3 + 1 }),
      );
      for (const size of [1, 250, text.length]) snippetsOf(text, matches, size);
    },
    common: false,
    pieces: ["a", "a ", "a. ", 'a."', "\n", "\u3002", "\ud842\udfb7"],
  },
  {
    covers: ["lib/engine/nodes/retrieval/search.ts#docMatches"],
    read: (text) =>
      docMatches(
        { objectId: text, chunkId: 1, parent: text },
        { parent: text, objectIds: [text] },
      ),
    common: false,
    pieces: ["a/", "/"],
  },
  {
    covers: [
      "lib/engine/nodes/agent/http_request.ts#prepareRequest",
    ],
    read: (text) =>
      settle(
        () => prepareRequest({ method: "GET", url: text }),
        () => prepareRequest({ method: "GET", url: `https://a/${text}` }),
        () =>
          prepareRequest({
            method: "GET",
            url: "https://a/:b",
            path_params: { b: text },
            query_params: { c: text },
          }),
      ),
    common: false,
    pieces: ["a", ":a", "://", "%", "../", "a+", "\\"],
  },
  {
    covers: ["lib/engine/nodes/prompt_text.ts#promptText"],
    read: (text) =>
      promptText(createQuestion({ questions: [{ text }], context: [text] })),
    pieces: ["\x07"],
    texts: {
      "many parts": (size) => jsonList(size, (at) => at),
    },
  },
];
