import { createQuestion } from "../../schema/question.ts";
import { resolveReferences } from "../../lib/engine/nodes/agent/toolbox.ts";
import { outline, valueText } from "../../lib/engine/nodes/agent/value_text.ts";
import { statusFailure } from "../../lib/engine/nodes/call_api.ts";
import { codePoints, utf8Bytes } from "../../lib/engine/nodes/chunk_limit.ts";
import { languageOf } from "../../lib/engine/nodes/code/_language.ts";
import { preprocessorCodeNode } from "../../lib/engine/nodes/code/preprocessor_code.ts";
import { splitCode } from "../../lib/engine/nodes/code/split_code.ts";
import { hashedWords } from "../../lib/engine/nodes/embedding/hashed_words.ts";
import {
  formatFault,
  FORMATS,
} from "../../lib/engine/nodes/guardrails/_format.ts";
import { inputViolations } from "../../lib/engine/nodes/guardrails/_input_checks.ts";
import { outputViolations } from "../../lib/engine/nodes/guardrails/_output_checks.ts";
import { readPolicy } from "../../lib/engine/nodes/guardrails/_policy.ts";
import { prepareRequest } from "../../lib/engine/nodes/agent/http_request.ts";
import { jsonReply } from "../../lib/engine/nodes/_json_reply.ts";
import { answerValue } from "../../lib/engine/nodes/_response_values.ts";
import { peek } from "../../lib/engine/nodes/agent/memory.ts";
import { maskPrivate } from "../../lib/engine/nodes/privacy/mask_private.ts";
import { promptText } from "../../lib/engine/nodes/prompt_text.ts";
import {
  LATEX,
  MARKDOWN,
  readSeparators,
} from "../../lib/engine/nodes/separators.ts";
import { docMatches } from "../../lib/engine/nodes/store/doc_matches.ts";
import { TextIndex } from "../../lib/engine/nodes/store/text_index.ts";
import {
  splitAtSeparator,
  splitByForce,
  splitRecursively,
} from "../../lib/engine/nodes/text_splitter.ts";
import { startNode } from "../engine/nodes/harness.ts";
import { settle } from "./client_readers.ts";
import { JSON_PIECES } from "./schema_readers.ts";
import { jsonList, type TextReader } from "./text_reader.ts";

const POLICY = readPolicy({
  id: "a",
  config: {
    enable_content_safety: true,
    enable_hallucination_check: true,
    max_input_length: 10,
    max_tokens_estimate: 10,
    blocked_topics: ["b"],
    allowed_topics: ["c"],
  },
});

const LIMIT = { most: 100, measure: codePoints };

export const NODE_READERS: readonly TextReader[] = [
  {
    covers: [
      "lib/engine/nodes/privacy/mask_private.ts#maskPrivate",
      "lib/engine/nodes/privacy/private_data.ts#privateSpans",
      "lib/engine/nodes/privacy/_card_numbers.ts#cardNumbers",
      "lib/engine/nodes/privacy/_ibans.ts#ibans",
      "lib/engine/nodes/privacy/_ip_addresses.ts#ipv4Addresses",
      "lib/engine/nodes/privacy/_ip_addresses.ts#ipv6Addresses",
      "lib/engine/nodes/privacy/_span.ts#groupSpans",
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
    ],
  },
  {
    covers: [
      "lib/engine/nodes/guardrails/_input_checks.ts#inputViolations",
      "lib/engine/nodes/guardrails/_injection.ts#injectionViolations",
      "lib/engine/nodes/guardrails/_output_checks.ts#outputViolations",
      "lib/engine/nodes/guardrails/_grounding.ts#ungrounded",
      "lib/engine/nodes/guardrails/_nearby.ts#nearby",
      "lib/engine/nodes/guardrails/_nearby.ts#matching",
      "lib/engine/nodes/guardrails/_nearby.ts#either",
      "lib/engine/nodes/guardrails/_format.ts#formatFault",
    ],
    read: (text) => {
      inputViolations(text, POLICY);
      outputViolations(text, POLICY, [text]);
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
      "lib/engine/nodes/code/split_code.ts#splitCode",
      "lib/engine/nodes/code/_open_lines.ts#openLines",
    ],
    read: (text) => {
      for (const language of ["cpp", "python", "javascript"] as const) {
        splitCode(text, language);
      }
      splitCode(text, undefined);
    },
    common: false,
    pieces: [
      "\n",
      "(",
      "/[",
      ")//",
      ";/*",
      "'",
      '"""',
      'R"(',
      "`${",
      "a\n\n",
    ],
  },
  {
    covers: [
      "lib/engine/nodes/code/preprocessor_code.ts#preprocessorCodeNode",
      "lib/engine/nodes/code/_language.ts#languageOf",
    ],
    read: async (text) => {
      languageOf({ name: text, mimeType: text });
      languageOf({ name: "a", mimeType: `text/x-${text}` });
      const pipe = (await startNode(preprocessorCodeNode())).open();
      await pipe.send("text", text);
      await pipe.finish();
    },
    pieces: [" \n", "src", "\n\n", "a;\n"],
  },
  {
    covers: [
      "lib/engine/nodes/text_splitter.ts#splitRecursively",
      "lib/engine/nodes/text_splitter.ts#splitAtSeparator",
      "lib/engine/nodes/text_splitter.ts#splitByForce",
      "lib/engine/nodes/chunk_limit.ts#chunkRule",
      "lib/engine/nodes/chunk_limit.ts#codePoints",
      "lib/engine/nodes/chunk_limit.ts#utf8Bytes",
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
    covers: ["lib/engine/nodes/separators.ts#readSeparators"],
    read: (text) =>
      settle(
        () => readSeparators(text, "a", "b"),
        () => readSeparators(`[${text}]`, "a", "b"),
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
      "lib/engine/nodes/_response_values.ts#docValue",
      "lib/engine/nodes/_response_values.ts#questionValue",
      "lib/engine/nodes/_response_values.ts#answerValue",
    ],
    read: (text) => answerValue({ answer: text, expectJson: true }),
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
      "lib/engine/nodes/embedding/hashed_words.ts#hashedWords",
      "lib/engine/nodes/store/words_of.ts#wordsOf",
      "lib/engine/nodes/store/index_instance.ts#indexInstance",
    ],
    read: (text) => {
      hashedWords(text, 64);
      const index = new TextIndex();
      index.add(text);
      for (const operator of ["or", "and", "exact"] as const) {
        index.search(text, operator);
      }
      index.search(`${text.slice(0, text.length / 2)} b`, "exact");
    },
    common: false,
    pieces: ["a", "a ", "a b ", "é\u0301", "\u0130 "],
  },
  {
    covers: ["lib/engine/nodes/store/doc_matches.ts#docMatches"],
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
