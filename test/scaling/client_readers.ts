import { parse } from "@std/dotenv/parse";
import { checkPipeOptions } from "../../lib/pipe/options.ts";
import { checkJson, Chunker } from "../../lib/pipe/chunker.ts";
import { parseEnv } from "../../lib/runtime/env.ts";
import { isAbout } from "../../lib/events/subscriptions.ts";
import { taskIdOf } from "../../lib/events/target.ts";
import { mediaTypeOfName } from "../../lib/pipe/media_type_of_name.ts";
import { contentOf } from "../../lib/pipe/file_content.ts";
import { classifyFailure, textOf } from "../../lib/protocol/failure.ts";
import { decodeFrame } from "../../lib/protocol/frame.ts";
import {
  framingOf,
  lanesOf,
  parseMediaType,
  wireMimeType,
} from "../../lib/protocol/media_type.ts";
import { redactError, Secrets } from "../../lib/protocol/secrets.ts";
import { storeName, storePath } from "../../lib/protocol/store_path.ts";
import { jsonFault } from "../../lib/runtime/read_json.ts";
import { substitute, unresolved } from "../../schema/pipeline.ts";
import { normalizeUri } from "../../lib/protocol/uri.ts";
import { wholeCharacters } from "../../lib/bytes.ts";
import { JSON_PIECES } from "./schema_readers.ts";
import { attempt } from "../support/foreseen.ts";
import { jsonList, type TextReader } from "./text_reader.ts";

const encoder = new TextEncoder();

export const CLIENT_READERS: readonly TextReader[] = [
  {
    covers: [
      "lib/bytes.ts#wholeCharacters",
      "lib/bytes.ts#decodeUtf8",
      "lib/pipe/chunker.ts#Chunker",
    ],
    read: (text) => {
      const frameBytes = 2 * 1024 * 1024;
      for (const mimeType of ["text/plain", "text/html"]) {
        const foreign = `${mimeType}; charset=iso-8859-1`;
        const transcoding = new Chunker({ mimeType: foreign, frameBytes });
        transcoding.take(encoder.encode(text));
        transcoding.end();
      }
      const chunker = new Chunker({ mimeType: "text/plain", frameBytes });
      wholeCharacters(encoder.encode(text));
      chunker.take(text);
      chunker.end();
      chunker.next("end");
    },
  },
  {
    covers: [
      "lib/pipe/options.ts#checkPipeOptions",
      "lib/protocol/media_type.ts#parseMediaType",
      "lib/protocol/media_type.ts#framingOf",
      "lib/protocol/media_type.ts#isJsonRecord",
      "lib/protocol/media_type.ts#keepAlivePayload",
      "lib/protocol/media_type.ts#wireMimeType",
      "lib/protocol/media_type.ts#ownLane",
      "lib/protocol/media_type.ts#lanesOf",
      "lib/pipe/chunker.ts#foreignCharset",
      "lib/pipe/chunker.ts#typeAsUtf8",
    ],
    read: (text) =>
      settle(
        () => parseMediaType(`text/plain;${text}`),
        () => framingOf(text),
        () => wireMimeType(text),
        () => lanesOf(text),
        () => checkPipeOptions({ mimeType: text }),
      ),
    pieces: [";", "; ", ";a=", ';a="', ';a="\\', ";charset", ";charset= ;"],
  },
  {
    covers: ["lib/pipe/chunker.ts#checkJson"],
    read: (text) => settle(() => checkJson(encoder.encode(text))),
    pieces: JSON_PIECES,
    common: false,
  },
  {
    covers: ["lib/runtime/env.ts#parseEnv"],
    read: (text) => parseEnv(text, parse),
    common: false,
    pieces: ["a", "=", 'a="', "\r", "#\n", "a=1\n"],
    texts: {
      "many names": (size) =>
        Array.from({ length: size / 10 }, (_, at) => `A${at}=1\n`).join(""),
    },
  },
  {
    covers: [
      "lib/events/target.ts#taskIdOf",
      "lib/events/subscriptions.ts#isAbout",
    ],
    read: (text) => {
      const key = {
        id: "a",
        project: { projectId: text, source: text },
        taskId: taskIdOf(text, text),
      };
      return isAbout(key, {
        seq: 1,
        type: "event",
        event: "a",
        body: { __id: text },
      });
    },
  },
  {
    covers: ["lib/pipe/media_type_of_name.ts#mediaTypeOfName"],
    read: mediaTypeOfName,
    pieces: ["../", ".tar", "\\."],
  },
  {
    covers: ["lib/pipe/file_content.ts#contentOf"],
    read: (text) => contentOf(text),
    pieces: ["../", "\\/"],
  },
  {
    covers: [
      "lib/protocol/failure.ts#classifyFailure",
      "lib/protocol/failure.ts#failureKind",
      "lib/protocol/failure.ts#failureText",
      "lib/protocol/failure.ts#textOf",
    ],
    read: (text) =>
      settle(
        () => classifyFailure(textOf(text)),
        () => classifyFailure(`Permission '${text}`),
        () => classifyFailure(`The service ${text}`),
        () => classifyFailure(`Write pipe with id ${text}`),
      ),
    pieces: [
      "Permission '",
      "' denied",
      "Profile  is not defined in ",
      " is not available in the embedded engine",
      'Source " not found in pipeline',
    ],
  },
  {
    covers: ["lib/protocol/frame.ts#decodeFrame"],
    read: (text) =>
      settle(() => decodeFrame(text), () => decodeFrame(encoder.encode(text))),
    pieces: JSON_PIECES,
  },
  {
    covers: [
      "lib/protocol/store_path.ts#storePath",
      "lib/protocol/store_path.ts#storePathBelowRoot",
      "lib/protocol/store_path.ts#storeName",
    ],
    read: (text) =>
      settle(
        () => storePath(text),
        () => storeName("a", text),
      ),
    pieces: ["../", "./", "\\/", "-1", ".1", "-1.log"],
  },
  {
    covers: ["lib/runtime/read_json.ts#jsonFault"],
    read: jsonFault,
    pieces: ["[", "{", '{"a":', '"', "\\u0041", "1e", ",", "[1,", "-"],
  },
  {
    covers: [
      "schema/pipeline.ts#substitute",
      "schema/pipeline.ts#unresolved",
    ],
    read: (text) => {
      substitute({ text }, { ROCKETRIDE_A: "b" });
      unresolved([text]);
    },
    pieces: [
      "${ROCKETRIDE_A",
      "${ROCKETRIDE_A}",
      "${ROCKETRIDE_}",
      "${ROCKETRIDE_",
      "}${",
    ],
    texts: {
      "many names": (size) => jsonList(size, (at) => `\${ROCKETRIDE_${at}}`),
    },
  },
  {
    covers: [
      "lib/protocol/secrets.ts#Secrets",
      "lib/protocol/secrets.ts#shortToken",
      "lib/protocol/secrets.ts#redactError",
    ],
    read: (text) => {
      const secrets = new Secrets();
      secrets.add("aaaa");
      secrets.add("abab/bab");
      redactError(new Error(text), secrets.hide);
      secrets.hideIn([text]);
    },
    pieces: ["aaaa", "aba", "pk_", "tk_a", "pk_a "],
  },
  {
    covers: ["lib/protocol/uri.ts#normalizeUri"],
    read: (text) =>
      settle(
        () => normalizeUri(text),
        () => normalizeUri(`http://${text}`),
        () => normalizeUri(`http://a:${text}`),
      ),
    pieces: ["a-", "://", "@", "]:", "%", "xn--", "a+"],
  },
];

/** Call each; that one throws keeps none of the others from being called. */
export function settle(...calls: readonly (() => unknown)[]): void {
  // Most texts are refused; how long that takes is the question.
  for (const call of calls) attempt(call);
}
