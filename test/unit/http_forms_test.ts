import { assert, assertEquals, assertRejects } from "@std/assert";
import { chat } from "../../lib/chat/chat.ts";
import { pipe } from "../../lib/pipe/data_pipe.ts";
import { send } from "../../lib/pipe/send.ts";
import type { PipeSource, SendOptions } from "../../lib/pipe/options.ts";
import { ValidationException } from "../../lib/errors.ts";
import { close } from "../../lib/session/connection.ts";
import { connect } from "../../lib/session/connect.ts";
import type { Session } from "../../lib/session/session.ts";
import { httpTransport } from "../../lib/transport/http.ts";

const KIB = 1024;

/** One part of a form, read by hand: parsers differ about what they change. */
interface Part {
  readonly disposition: string;
  readonly type: string | undefined;
  readonly text: string;
}

/** Work on a session whose server keeps the forms that it is sent. */
async function withForms(
  work: (session: Session, parts: Part[]) => Promise<void>,
): Promise<void> {
  const parts: Part[] = [];
  const transport = httpTransport({
    fetch: async (input, init) => {
      const request = new Request(input, init);
      if (request.method !== "POST") return Response.json({ status: "OK" });
      const type = request.headers.get("content-type") ?? "";
      const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(type)?.[1];
      const body = await request.text();
      const end = `\r\n--${boundary}--\r\n`;
      assert(body.startsWith(`--${boundary}\r\n`) && body.endsWith(end), type);
      const head = body.indexOf("\r\n\r\n");
      const lines = body.slice(0, head).split("\r\n").slice(1)
        .map((line) => line.split(": ") as [string, string]);
      const headers = Object.fromEntries(lines);
      parts.push({
        disposition: headers["content-disposition"] ?? "",
        type: headers["content-type"],
        text: body.slice(head + 4, -end.length),
      });
      const objects = { anything: { objectId: "o", status: "OK" } };
      return Response.json({ status: "OK", data: { objects } });
    },
  });
  const uri = "http://localhost";
  const session = await connect({ uri, auth: "key", env: {}, transport });
  await work(session, parts);
  await close(session);
}

const FIELD = 'form-data; name="body"';

/** A stream of so many pieces of text. */
function pieces(count: number, piece: string): ReadableStream<string> {
  let left = count;
  return new ReadableStream({
    pull(controller): void {
      if (left-- > 0) controller.enqueue(piece);
      else controller.close();
    },
  });
}

Deno.test("plain text is one field of a form, unchanged, up to 1,024 KiB", () =>
  withForms(async (session, parts) => {
    const texts = [
      "line\n\r\nend\n",
      "\ufeffmark",
      "ä".repeat(150_000),
      "x".repeat(1024 * KIB),
    ];
    for (const text of texts) {
      await send(session, "tk_1", text);
      const { disposition, type, text: got } = parts.pop()!;
      assertEquals([disposition, type], [FIELD, undefined]);
      assert(got === text, `${text.length} characters are others`);
    }
    assertEquals(parts, []);
  }));

Deno.test("a stream of text is held until it ends, and is one field", () =>
  withForms(async (session, parts) => {
    const mimeType = "text/plain; charset=utf-8";
    await send(session, "tk_1", pieces(300, "ä".repeat(1_000)), { mimeType });
    const { text } = parts.pop()!;
    assert(text === "ä".repeat(300_000));
    const latin = new Response(Uint8Array.of(0x63, 0x61, 0x66, 0xe9), {
      headers: { "content-type": "text/plain; charset=iso-8859-1" },
    });
    await send(session, "tk_1", latin);
    assertEquals(parts, [{
      disposition: FIELD,
      type: undefined,
      text: "café",
    }]);
  }));

Deno.test("text that has a name keeps it up to 64 KiB, as a file of its media type", () =>
  withForms(async (session, parts) => {
    const objinfo = { name: "größe 日.txt" };
    await send(session, "tk_1", "short", { objinfo });
    await send(session, "tk_1", "x".repeat(64 * KIB + 1), { objinfo });
    assertEquals(parts.map(({ disposition, type }) => [disposition, type]), [
      [`form-data; name="body"; filename="${objinfo.name}"`, "text/plain"],
      [`form-data; name="${objinfo.name}"`, undefined],
    ]);
  }));

Deno.test("other text and records are a file of their media type up to 64 KiB, in one piece", () =>
  withForms(async (session, parts) => {
    const documents = JSON.stringify([{ page_content: "x" }]);
    const sent: readonly [PipeSource, string][] = [
      ["<p>ä</p>".repeat(7_000), "text/html"],
      ["a,b\n1,2\n", "text/csv"],
      [documents, "lane/documents"],
    ];
    for (const [source, mimeType] of sent) {
      await send(session, "tk_1", source, { mimeType });
      const { type, text } = parts.pop()!;
      assertEquals([type, text], [mimeType, source]);
    }
    await chat(session, "tk_1", "Why?");
    const { type, text } = parts.pop()!;
    assertEquals(type, "application/rocketride-question");
    assertEquals(JSON.parse(text).questions[0].text, "Why?");
  }));

const TOO_LONG: readonly (readonly [PipeSource, SendOptions])[] = [
  ["x".repeat(1024 * KIB + 1), {}],
  [pieces(1025, "x".repeat(KIB)), { mimeType: "text/plain" }],
  [pieces(Infinity, "ä".repeat(KIB)), { mimeType: "text/plain" }],
  ["x".repeat(64 * KIB + 1), { mimeType: "text/html" }],
  [pieces(Infinity, "<p>x</p>"), { mimeType: "text/html" }],
  [JSON.stringify(["x".repeat(64 * KIB)]), { mimeType: "lane/documents" }],
  [JSON.stringify("x".repeat(300_000)), {
    mimeType: "application/rocketride-question",
  }],
  ["x", { objinfo: { size: 2_000_000 } }],
];

Deno.test("text and records that HTTP would change reject before any request, and name the other transport", () =>
  withForms(async (session, parts) => {
    for (const [source, options] of TOO_LONG) {
      const error = await assertRejects(
        () => send(session, "tk_1", source, options),
        ValidationException,
        "over HTTP",
      );
      assertEquals(error.code, "not-supported");
      assert(error.hint?.includes("webSocketTransport"));
    }
    assertEquals(parts, []);
  }));

Deno.test("a second record in one pipe is refused, since a form has one", () =>
  withForms(async (session, parts) => {
    const target = await pipe(session, "tk_1", { mimeType: "lane/questions" });
    const writer = target.getWriter();
    await writer.write("{}");
    const error = await assertRejects(
      () => writer.write("{}"),
      ValidationException,
      "over HTTP",
    );
    assertEquals(error.code, "not-supported");
    await assertRejects(() => target.result, ValidationException);
    assertEquals(parts, []);
  }));
