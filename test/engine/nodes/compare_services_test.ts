import { assertEquals } from "@std/assert";
import { compareServices } from "../../support/compare_services.ts";

Deno.test("the comparison finds what differs, and nothing else", () => {
  const official = {
    hash: { classType: ["data"], capabilities: [], lanes: { tags: ["tags"] } },
    question: [{
      classType: ["text"],
      lanes: { text: ["questions", "text"] },
      capabilities: ["GPU"],
    }],
    prompt: {
      classType: ["text"],
      capabilities: [],
      lanes: { table: [], text: [], documents: [], questions: ["questions"] },
      preconfig: { default: "other", profiles: { other: { title: "Other" } } },
    },
    ocr: {},
    brand_new: {},
  };
  const lines = compareServices(official)
    .filter((line) => !line.endsWith(": is no official provider"));
  assertEquals(lines, [
    'question: capabilities: [], officially ["gpu"]',
    'question: lanes: {"text":["questions"]}, officially ' +
    '{"text":["questions","text"]}',
    'prompt: default profile: "default", officially "other"',
    "prompt: profile 'other' is missing",
    "prompt: profile 'default' is not official",
    "brand_new: neither here nor refused with a reason",
  ]);
});
