import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ObjectInfo } from "../../../lib/engine/node.ts";
import { utf8 } from "./harness.ts";
import { open, parse } from "./parse_bench.ts";

Deno.test("parse passes text-like objects on as they are", async () => {
  const cases: [Partial<ObjectInfo>, string, string][] = [
    [{ mimeType: "text/plain; charset=utf-8" }, "a <b>\r\n", "text/plain"],
    [{ mimeType: "text/markdown" }, "# A\n", "text/markdown"],
    [{ mimeType: "application/json" }, '{"k":1}', "application/json"],
    [{ mimeType: "application/vnd.x+json" }, "[1]", "application/vnd.x+json"],
    [{ mimeType: "application/yaml" }, "a: 1\n", "application/yaml"],
    [{ mimeType: "application/xml" }, "<a>1</a>", "application/xml"],
    [{ name: "notes.md" }, "# A\n", "text/markdown"],
    [{ name: "data.yml" }, "a: 1\n", "text/yaml"],
    [{ name: "a.js" }, "let a;", "text/javascript"],
    [{ name: "a.constructor" }, "words", "text/plain"],
    [{ name: "script.py" }, "print(1)\n", "text/plain"],
    [{ name: "no-extension" }, "words", "text/plain"],
    [{ name: "x" }, '<?xml version="1.0"?><a/>', "application/xml"],
    [{ name: "a.ts" }, "let a: string;", "text/typescript"],
    [{ name: "a.ts", mimeType: "video/mp2t" }, "let a;", "text/typescript"],
    [{ mimeType: "application/x-unheard-of" }, "x", "application/x-unheard-of"],
  ];
  for (const [object, content, type] of cases) {
    const pipe = await parse(object, content);
    assertEquals(pipe.on("text"), [content]);
    assertEquals(pipe.on("table"), []);
    assertEquals(pipe.object.metadata, {
      "Content-Type": type,
      resourceName: pipe.object.name,
    });
    assertEquals(pipe.warnings, []);
  }
});

for (const lane of ["image", "audio", "video"] as const) {
  Deno.test(`parse passes ${lane} on in steps when somebody takes it`, async () => {
    const mimeType = `${lane}/x-test`;
    const pipe = await open({ mimeType });
    const chunks = [new Uint8Array(5000).fill(1), new Uint8Array(3).fill(2)];
    await pipe.sendBytes(...chunks);
    assertEquals(pipe.on(lane), [
      { action: "begin", mimeType },
      { action: "write", mimeType, bytes: chunks[0]! },
      { action: "write", mimeType, bytes: chunks[1]! },
      { action: "end", mimeType },
    ]);
    assertEquals(pipe.emitted.length, 4);
  });
}

Deno.test("parse says so when nobody takes a picture", async () => {
  const pipe = await parse({ name: "a.png" }, "\x89PNG\r\n", {
    listens: ["text"],
  });
  assertEquals(pipe.emitted, []);
  assertEquals(pipe.warnings, [
    "parse: nothing takes the image lane, so 'a.png' is passed over",
  ]);
});

Deno.test("parse passes an empty picture on as begin and end", async () => {
  const pipe = await parse({ mimeType: "image/gif" }, "");
  assertEquals(pipe.on("image").map(({ action }) => action), ["begin", "end"]);
});

Deno.test("parse takes SVG for a picture, and for text when nobody takes pictures", async () => {
  const svg = "<svg><text>a</text></svg>";
  const drawn = await parse({ name: "a.svg" }, svg);
  assertEquals(drawn.on("image").length, 3);
  const read = await parse({ name: "a.svg" }, svg, { listens: ["text"] });
  assertEquals(read.on("text"), [svg]);
});

Deno.test("parse refuses other formats with a warning, and no text", async () => {
  const docx =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  const cases: [Partial<ObjectInfo>, string, string][] = [
    [{ mimeType: "application/pdf" }, "%PDF-1.7\n", "application/pdf"],
    [{ name: "a.pdf" }, "no pdf at all", "application/pdf"],
    [{ name: "a" }, "%PDF-1.7\n", "application/pdf"],
    [{ name: "a.docx" }, "PK\x03\x04\0\0", docx],
    [{ name: "a" }, "PK\x03\x04\0\0", "application/zip"],
    [{ name: "a.bin" }, "\x01\x02\x03\0\xff", "application/octet-stream"],
    [{ mimeType: "application/x-odd" }, "\0\0\0", "application/x-odd"],
    [{ mimeType: "message/rfc822" }, "Subject: a\n\nb", "message/rfc822"],
    [{ name: "a.rtf" }, "{\\rtf1 a}", "text/rtf"],
  ];
  for (const [object, content, type] of cases) {
    const bytes = Uint8Array.from(content, (sign) => sign.charCodeAt(0));
    const pipe = await parse(object, bytes);
    assertEquals(pipe.emitted, []);
    assertEquals(pipe.warnings, [
      `parse: ${type} is not supported by the embedded engine; ` +
      "use a server, or register a parser",
    ]);
    assertEquals(pipe.object.metadata["Content-Type"], type);
  }
});

Deno.test("parse knows media by their first bytes", async () => {
  const cases: [string, string][] = [
    ["\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + "\0".repeat(17), "image/png"],
    ["\xff\xd8\xff\xe0", "image/jpeg"],
    ["RIFF\x01\x02\x03\x04WEBP", "image/webp"],
    ["RIFF\x01\x02\x03\x04WAVE", "audio/wav"],
    ["ID3\x03\0\0\0\0\x7f\x7f", "audio/mpeg"],
    ["\0\0\0\x18ftypmp42", "video/mp4"],
    ["\x1a\x45\xdf\xa3\x87\x42\x82\x84webm", "video/webm"],
  ];
  for (const [content, type] of cases) {
    const bytes = Uint8Array.from(content, (sign) => sign.charCodeAt(0));
    const pipe = await parse({ name: "download" }, bytes);
    assertEquals(pipe.object.metadata["Content-Type"], type);
    assertEquals(pipe.emitted.length, 3);
  }
});

Deno.test("parse skips an object that is declared empty, with a warning", async () => {
  const pipe = await parse({ name: "a.txt", size: 0 }, "text all the same");
  assertEquals(pipe.emitted, []);
  assertEquals(pipe.object.metadata, {});
  assertEquals(pipe.warnings, [
    "parse: 'a.txt' is declared empty and is skipped",
  ]);
});

Deno.test("parse writes no text for an object without bytes", async () => {
  const pipe = await parse({ name: "a.csv" }, "");
  assertEquals(pipe.emitted, []);
  assertEquals(pipe.warnings, []);
});

Deno.test("parse removes byte order marks and reads UTF-16 by them", async () => {
  const units = (text: string, little: boolean) => {
    const bytes = new Uint8Array(text.length * 2);
    const view = new DataView(bytes.buffer);
    [...text].forEach((sign, at) =>
      view.setUint16(at * 2, sign.charCodeAt(0), little)
    );
    return bytes;
  };
  for (
    const bytes of [
      utf8("\ufeffGrüße"),
      units("\ufeffGrüße", true),
      units("\ufeffGrüße", false),
    ]
  ) {
    const pipe = await parse({ mimeType: "text/plain; charset=x" }, bytes);
    assertEquals(pipe.on("text"), ["Grüße"]);
    const sniffed = await parse({ name: "a" }, bytes);
    assertEquals(sniffed.on("text"), ["Grüße"]);
  }
});

Deno.test("parse goes by the charset of the media type, then of the document", async () => {
  const latin = Uint8Array.of(0x47, 0x72, 0xfc, 0xdf, 0x65);
  const told = await parse(
    { mimeType: 'text/plain;charset="ISO-8859-1"' },
    latin,
  );
  assertEquals(told.on("text"), ["Grüße"]);
  const own = await parse(
    { mimeType: "text/html" },
    new Uint8Array([...utf8('<meta charset="windows-1252">'), ...latin]),
  );
  assertEquals(own.on("text"), ["Grüße"]);
  const xml = '<?xml version="1.0" encoding="iso-8859-1"?>';
  const declared = await parse(
    { mimeType: "text/xml" },
    new Uint8Array([...utf8(xml), ...latin]),
  );
  assertEquals(declared.on("text"), [`${xml}Grüße`]);
  const wrong = await parse(
    { mimeType: "text/xml" },
    '<?xml version="1.0" encoding="utf-16"?>ü',
  );
  assert(wrong.on("text")[0]?.endsWith("ü"));
});

Deno.test("parse warns of a charset that it does not know", async () => {
  const pipe = await parse({ mimeType: "text/plain; charset=klingon" }, "ü");
  assertEquals(pipe.on("text"), ["ü"]);
  assertEquals(pipe.warnings, [
    "parse: the charset 'klingon' of 'object' is not known; it is read as UTF-8",
  ]);
});

Deno.test("parse replaces what is not UTF-8, and warns once", async () => {
  const bytes = Uint8Array.of(0x61, 0xff, 0x62, 0xff, 0xc3);
  const pipe = await parse({ mimeType: "text/plain" }, bytes);
  assertEquals(pipe.on("text"), ["a\ufffdb\ufffd\ufffd"]);
  assertEquals(pipe.warnings, [
    "parse: the text of 'object' contains U+FFFD; bytes that are not valid " +
    "utf-8 were replaced, now or earlier",
  ]);
});

Deno.test("parse writes NFC, also where a character is combined across chunks", async () => {
  const pipe = await open({ mimeType: "text/plain" });
  const bytes = utf8("cafe\u0301 \u1112\u1161\u11ab");
  await pipe.sendBytes(bytes.slice(0, 4), bytes.slice(4, 10), bytes.slice(10));
  assertEquals(pipe.on("text"), ["caf\u00e9 \ud55c"]);
});

Deno.test("parse writes long text during the writes, in pieces of 1 MiB at most", async () => {
  const pipe = await open({ mimeType: "text/plain" });
  const line = "é".repeat(40) + "\n";
  const chunk = utf8(line.repeat(1000));
  await pipe.send("tags", { kind: "begin" });
  let held = 0;
  for (let at = 0; at < 60; at += 1) {
    await pipe.send("tags", { kind: "data", bytes: chunk });
    const out = pipe.on("text").reduce((sum, text) => sum + text.length, 0);
    held = Math.max(held, (at + 1) * line.length * 1000 - out);
  }
  assert(held < 1_200_000, `${held} characters were held`);
  await pipe.send("tags", { kind: "end" });
  const pieces = pipe.on("text");
  assertEquals(pieces.join(""), line.repeat(60_000));
  assertEquals(pieces.length, 5);
  for (const piece of pieces) {
    assert(utf8(piece).length <= 1_048_576);
    assert(piece.endsWith("\n"));
  }
});

Deno.test("parse cuts long text without line ends between characters", async () => {
  const text = "😀".repeat(300_000);
  const pipe = await parse({ mimeType: "text/plain" }, text);
  const pieces = pipe.on("text");
  assertEquals(pieces.map((piece) => piece.length), [524_288, 75_712]);
  assertEquals(pieces.join(""), text);
});

Deno.test("parse consumes the bytes", async () => {
  const pipe = await open({ mimeType: "text/plain" });
  assertEquals(await pipe.send("tags", { kind: "begin" }), "consume");
  const bytes = utf8("x");
  assertEquals(await pipe.send("tags", { kind: "data", bytes }), "consume");
  assertEquals(await pipe.send("tags", { kind: "end" }), "consume");
});

Deno.test("parse keeps its own copy of bytes that it holds back", async () => {
  const pipe = await open({ mimeType: "text/plain" });
  await pipe.send("tags", { kind: "begin" });
  const bytes = utf8("abc");
  await pipe.send("tags", { kind: "data", bytes });
  bytes.fill(0);
  await pipe.send("tags", { kind: "end" });
  assertEquals(pipe.on("text"), ["abc"]);
});

Deno.test("parse completes an object whose end never came, at closing", async () => {
  const pipe = await open({ mimeType: "text/plain" });
  await pipe.send("tags", { kind: "data", bytes: utf8("abc") });
  await pipe.finish();
  assertEquals(pipe.on("text"), ["abc"]);
});

Deno.test("parse stops when the pipe is abandoned", async () => {
  const signal = AbortSignal.abort(new Error("gone"));
  const pipe = await open({ mimeType: "text/plain" }, { signal });
  await assertRejects(() => pipe.sendBytes(utf8("a")), Error, "gone");
});
