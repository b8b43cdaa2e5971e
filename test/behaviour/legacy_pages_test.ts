import { assertEquals } from "@std/assert";
import { close, connect, pipe, send, sendFiles, use } from "../../mod.ts";
import { forEachTransport } from "../support/engines.ts";
import { graph } from "../support/one_object.ts";

/** A pipeline that reads pages, and one that is given their text as it is. */
const PARSED = graph(
  ["in=webhook"],
  ["parse=parse", "tags<in"],
  ["out=response_text", "text<parse"],
);
const DIRECT = graph(["in=webhook"], ["out=response_text", "text<in"]);

function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0));
}

/** Pages whose bytes are ISO-8859-1, with the media type that says so. */
const PAGES: readonly (readonly [page: string, mimeType: string])[] = [
  ["<meta charset=iso-8859-1>café", "text/html; charset=iso-8859-1"],
  [
    '<meta http-equiv="Content-Type" ' +
    'content="text/html; charset=windows-1252">café',
    'text/html; charset="windows-1252"',
  ],
  [
    "<!-- <meta charset=koi8-r> --><meta charset=latin1>café",
    "text/html; charset=latin1",
  ],
  ["<p>café", "text/html; charset=iso-8859-1"],
  [
    '<?xml version="1.0" encoding="iso-8859-1"?><p>café',
    "application/xhtml+xml; charset=iso-8859-1",
  ],
];

forEachTransport(
  "legacy pages are read in their own charset",
  async (options) => {
    const session = await connect(options);
    const { token } = await use(session, { pipeline: PARSED });
    for (const [page, mimeType] of PAGES) {
      const bytes = latin1(page);
      const headers = { "content-type": mimeType };
      const expected = ["café\n\n"];
      const response = new Response(bytes, { headers });
      assertEquals((await send(session, token, response)).text, expected, page);

      const target = await pipe(session, token, { mimeType });
      await new Blob([bytes]).stream().pipeTo(target);
      assertEquals((await target.result).text, expected, page);

      const [uploaded] = await sendFiles(session, token, [
        { file: new Blob([bytes]), name: "page", mimeType },
      ]);
      assertEquals(uploaded?.result?.text, expected, page);
      // Without a charset it is the page that tells; text is checked before.
      const own = mimeType.split(";", 1)[0]!;
      if (own.startsWith("text/")) continue;
      const told = await send(session, token, bytes, { mimeType: own });
      assertEquals(told.text, expected, page);
    }
    await close(session);
  },
);

forEachTransport(
  "a string is UTF-8, whatever the page in it declares",
  async (options) => {
    const session = await connect(options);
    const { token } = await use(session, { pipeline: PARSED });
    const page = "<meta charset=iso-8859-1>café";
    for (
      const mimeType of [
        "text/html",
        "text/html; charset=iso-8859-1",
        "application/xhtml+xml",
      ]
    ) {
      const { text } = await send(session, token, page, { mimeType });
      assertEquals(text, ["café\n\n"]);
    }
    const mimeType = "text/plain; charset=utf-16le";
    const { text } = await send(session, token, "café", { mimeType });
    assertEquals(text, ["café\n\n"]);
    await close(session);
  },
);

forEachTransport(
  "a page that is handed on as text declares what it is by then",
  async (options) => {
    const session = await connect(options);
    const { token } = await use(session, { pipeline: DIRECT });
    const bytes = latin1("<meta charset='iso-8859-1'>café");
    const { text } = await send(session, token, bytes, {
      mimeType: "text/html; charset=iso-8859-1",
    });
    assertEquals(text, ["<meta charset='utf-8'>café\n\n"]);
    await close(session);
  },
);
