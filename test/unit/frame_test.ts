import {
  assertEquals,
  assertFalse,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import type { Message } from "../../schema/envelope.ts";
import { ProtocolException } from "../../lib/errors.ts";
import {
  decodeFrame,
  encodeHeader,
  encodeText,
} from "../../lib/protocol/frame.ts";

const PING: Message = { type: "request", seq: 1, command: "rrext_ping" };

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

Deno.test("a text frame is compact JSON on one line", () => {
  assertEquals(
    encodeText(PING),
    '{"type":"request","seq":1,"command":"rrext_ping"}',
  );
  const event = { type: "event", seq: 2, event: "e", body: { text: "a\nb" } };
  assertFalse(encodeText(event as Message).includes("\n"));
});

Deno.test("a header is the same JSON as UTF-8, without a line feed", () => {
  const message: Message = { ...PING, arguments: { name: "Grüße\n€😀" } };
  const header = encodeHeader(message);
  assertEquals(new TextDecoder().decode(header), JSON.stringify(message));
  assertFalse(header.includes(0x0a));
});

Deno.test("members that are undefined are not sent", () => {
  const message: Message = { ...PING, arguments: { a: undefined, b: 1 } };
  assertEquals(decodeFrame(encodeText(message)), {
    ...PING,
    arguments: { b: 1 },
  } as Message);
});

Deno.test("a text frame may be spread over lines and end with one", () => {
  const text = `${JSON.stringify(PING, null, 2)}\r\n`;
  assertEquals(decodeFrame(text), PING);
});

Deno.test("a binary frame without a line feed is JSON as a whole", () => {
  assertEquals(decodeFrame(encodeHeader(PING)), PING);
});

Deno.test("what follows the first line feed of a binary frame is its payload", () => {
  const frame = bytes(`${JSON.stringify(PING)}\nrow 1\nrow 2\n`);
  assertEquals(decodeFrame(frame), {
    ...PING,
    arguments: { data: bytes("row 1\nrow 2\n") },
  });
});

Deno.test("an empty payload is a payload of no bytes", () => {
  const frame = bytes(`${JSON.stringify(PING)}\n`);
  assertEquals(decodeFrame(frame), {
    ...PING,
    arguments: { data: new Uint8Array(0) },
  });
});

Deno.test("payload joins the arguments that the header has", () => {
  const reply = { type: "response", seq: 6, request_seq: 6, body: { size: 3 } };
  const header = JSON.stringify({ ...reply, arguments: { eof: false } });
  assertEquals(decodeFrame(bytes(`${header}\nABC`)), {
    ...reply,
    arguments: { eof: false, data: bytes("ABC") },
  } as Message);
  for (const odd of [null, "text", 7]) {
    const frame = bytes(JSON.stringify({ ...reply, arguments: odd }) + "\nABC");
    const { arguments: args } = decodeFrame(frame) as { arguments: object };
    assertEquals(Reflect.get(args, "data"), bytes("ABC"));
  }
});

Deno.test("payload is a view of the frame, not a copy", () => {
  const frame = bytes(`${JSON.stringify(PING)}\nABC`);
  const { arguments: args } = decodeFrame(frame) as { arguments: object };
  const data = Reflect.get(args, "data") as Uint8Array;
  assertStrictEquals(data.buffer, frame.buffer);
});

Deno.test("a header may have Python's spacing and escapes, and blanks before its line feed", () => {
  const header = '{"type": "event", "seq": 3, "event": "e", ' +
    '"body": {"k": "\\u00e9"}}';
  assertEquals(decodeFrame(bytes(`${header}   \nX`)), {
    type: "event",
    seq: 3,
    event: "e",
    body: { k: "é" },
    arguments: { data: bytes("X") },
  } as Message);
});

Deno.test("a header cannot reach the prototype of anything", () => {
  const message = decodeFrame('{"type":"event","__proto__":{"polluted":1}}');
  assertEquals(Reflect.get(message, "polluted"), undefined);
  const binary = decodeFrame(
    bytes('{"type":"event","arguments":{"__proto__":{"polluted":1}}}\nX'),
  );
  assertEquals(Reflect.get({}, "polluted"), undefined);
  assertEquals(Reflect.get(binary, "polluted"), undefined);
});

const SECRET = "s3cret-k3y";

/** Malformed frames. */
const MALFORMED: readonly (readonly [string, string | Uint8Array])[] = [
  ["empty text", ""],
  ["an empty frame", new Uint8Array(0)],
  ["a line feed alone", bytes("\n")],
  [
    "a line feed before the JSON",
    bytes('\n{"type":"event"}'),
  ],
  ["words", `apikey ${SECRET}`],
  [
    "JSON that breaks off",
    `{"type":"event","apikey":"${SECRET}`,
  ],
  ["two objects", `{"type":"event"}{"key":"${SECRET}"}`],
  ["an array", `["${SECRET}"]`],
  ["a string", `"${SECRET}"`],
  ["null", "null"],
  ["no type", `{"seq":1,"apikey":"${SECRET}"}`],
  ["a type that is no text", `{"type":1}`],
  [
    "a binary header over several lines",
    bytes(`{\n"type":"event","apikey":"${SECRET}"}\nX`),
  ],
  [
    "a header that is not UTF-8",
    Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d, 0x0a),
  ],
];

for (const [what, frame] of MALFORMED) {
  Deno.test(`${what} is a malformed frame, and the complaint does not quote it`, () => {
    const error = assertThrows(() => decodeFrame(frame), ProtocolException);
    assertEquals(
      error.message,
      "Cannot read frame: expected one JSON object in UTF-8 with a type",
    );
    assertEquals(error.code, "protocol");
    // Parsers quote what they could not read, so their words stay out, too.
    assertFalse(Deno.inspect(error).includes(SECRET.slice(0, 4)));
  });
}
