import type { JsonObject } from "../../../../schema/json.ts";
import {
  defineNode,
  type NodeDefinition,
  type NodeField,
  type NodeInstance,
  type PipeContext,
} from "../../node.ts";
import { configReader } from "../config_reader.ts";
import { maskPrivate } from "./mask_private.ts";

const PRESET: JsonObject = { anonymizeChar: "█", anonymizeAll: false };

/** Each is a model of the real node; here they do the same. */
const PROFILES = [
  "custom",
  "glinerMultiPII",
  "glinerPIILarge",
  "glinerMergedLarge",
  "glinerSmall",
  "glinerMedium",
  "glinerLarge",
  "glinerMulti",
  "gretelSmall",
  "gretelLarge",
  "glinerKo",
  "glinerIt",
  "glinerAr",
  "glinerCommunitySmall",
  "glinerCommunityMedium",
  "glinerCommunityLarge",
  "glinerBiomedSmall",
  "glinerBiomedLarge",
] as const;

const FIELDS: readonly NodeField[] = [{
  name: "anonymizeChar",
  type: "string",
  description: "The character that is put over what is found.",
  default: "█",
  optional: true,
}];

/**
 * The node `anonymize_text`: covers personal data in a text.
 *
 * The text of an object is gathered, and goes on when the object is complete,
 * every character of what was found replaced; what came in goes no further.
 * A stand-in: the real node asks a model, this one knows what has a form of
 * its own (e-mail addresses, phone and card numbers, IBANs, social security
 * numbers, IP addresses, credentials in URLs), and says so at every start.
 *
 * @returns The definition.
 */
export function anonymizeTextNode(): NodeDefinition {
  return defineNode({
    provider: "anonymize_text",
    title: "Anonymizer",
    description: "Covers personal data in a text.",
    classType: ["text"],
    lanes: { text: ["text"] },
    preconfig: {
      default: "glinerSmall",
      profiles: Object.fromEntries(PROFILES.map((name) => [name, PRESET])),
    },
    fields: FIELDS,
    limitation: "The embedded engine finds e-mail addresses, phone numbers, " +
      "card numbers, IBANs, social security numbers, IP addresses and " +
      "credentials in URLs by patterns; names of persons and places stay.",
    start: (context) => {
      const read = configReader(context);
      const mask = read.text("anonymizeChar", "█") || "█";
      if ([...mask].length !== 1) {
        throw read.fault("'anonymizeChar' must be one character");
      }
      return { instance: (pipe) => instance(pipe, mask) };
    },
  });
}

function instance(pipe: PipeContext, mask: string): NodeInstance {
  const texts: string[] = [];
  return {
    on: {
      text: (text) => {
        texts.push(text);
        return "consume";
      },
    },
    closing: async () => {
      pipe.signal.throwIfAborted();
      // Data may lie across the writes.
      const text = texts.join("");
      if (text !== "") await pipe.emit("text", maskPrivate(text, mask));
    },
  };
}
