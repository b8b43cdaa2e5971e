import {
  assert,
  assertEquals,
  assertFalse,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { isDAPException, ValidationException } from "../../lib/errors.ts";
import {
  CLOUD_URI,
  httpBase,
  isLoopback,
  normalizeUri,
  resolveEndpoints,
} from "../../lib/protocol/uri.ts";

const ACCEPTED: readonly (readonly [input: string, href: string])[] = [
  // What servers are reached at.
  ["localhost", "ws://localhost:5565/task/service"],
  ["http://localhost/", "ws://localhost:5565/task/service"],
  ["https://h", "wss://h:5565/task/service"],
  ["https://h:443", "wss://h/task/service"],
  ["wss://h", "wss://h:5565/task/service"],
  ["wss://cloud.rocketride.ai", "wss://cloud.rocketride.ai/task/service"],
  ["cloud.rocketride.ai", "wss://cloud.rocketride.ai/task/service"],
  ["http://h:1/x?q=1", "ws://h:1/task/service"],
  ["http://[::1]", "ws://[::1]:5565/task/service"],
  // Ports.
  ["h:1234", "ws://h:1234/task/service"],
  ["http://h:80", "ws://h/task/service"],
  ["ws://h:80", "ws://h/task/service"],
  ["wss://h:443", "wss://h/task/service"],
  ["https://h:80", "wss://h:80/task/service"],
  ["h:65535", "ws://h:65535/task/service"],
  ["[::1]:8080", "ws://[::1]:8080/task/service"],
  ["127.0.0.1:5565", "ws://127.0.0.1:5565/task/service"],
  // Only the cloud's own hosts keep the port of their scheme.
  ["https://rocketride.ai", "wss://rocketride.ai/task/service"],
  ["http://cloud.rocketride.ai", "ws://cloud.rocketride.ai/task/service"],
  ["cloud.rocketride.ai:8443", "wss://cloud.rocketride.ai:8443/task/service"],
  ["cloud.rocketride.ai.", "wss://cloud.rocketride.ai./task/service"],
  ["Cloud.RocketRide.AI", "wss://cloud.rocketride.ai/task/service"],
  // However they are spelt: full-width letters, another full stop, escapes.
  ["ｒocketride.ai", "wss://rocketride.ai/task/service"],
  ["cloud.rocketride。ai", "wss://cloud.rocketride.ai/task/service"],
  ["https://rocketride%2Eai", "wss://rocketride.ai/task/service"],
  [
    "https://rocketride.ai.evil.com",
    "wss://rocketride.ai.evil.com:5565/task/service",
  ],
  ["notrocketride.ai", "ws://notrocketride.ai:5565/task/service"],
  [CLOUD_URI, "wss://api.rocketride.ai/task/service"],
  // What surrounds the address.
  ["HTTPS://H", "wss://h:5565/task/service"],
  ["h/deep/path?q#f", "ws://h:5565/task/service"],
  ["h?next=http://other:1/", "ws://h:5565/task/service"],
  ["h#f", "ws://h:5565/task/service"],
  ["wss://h/a@b", "wss://h:5565/task/service"],
  ["http://127.1", "ws://127.0.0.1:5565/task/service"],
  ["http://bücher.example", "ws://xn--bcher-kva.example:5565/task/service"],
];

for (const [input, href] of ACCEPTED) {
  Deno.test(`normalizeUri() turns "${input}" into "${href}"`, () => {
    assertEquals(normalizeUri(input).href, href);
  });
}

const REFUSED: readonly (readonly [input: string, message: string])[] = [
  ["", "is empty"],
  ["  \t", "is empty"],
  [" localhost", "whitespace"],
  ["localhost\n", "whitespace"],
  ["local\thost", "whitespace"],
  ["http://good\\@bad", "backslash"],
  ["h\u0000", "control character"],
  ["h\u2028x", "whitespace"],
  ["ftp://h", 'scheme "ftp"'],
  ["memory://h", 'scheme "memory"'],
  ["constructor://h", 'scheme "constructor"'],
  ["http://u:p@h", "user name or password"],
  ["u@h", "user name or password"],
  ["h:0", 'no valid port: "h:0"'],
  ["http://h:0/", "no valid port"],
  ["h:65536", "no valid port"],
  ["h:", "no valid port"],
  ["h:80a", "no valid port"],
  ["h:-1", "no valid port"],
  ["mailto:somebody", "no valid port"],
  ["::1", "no valid port"],
  ["http://", "no valid host"],
  ["http:///x", "no valid host"],
  ["//h", "no valid host"],
  [":5565", "no valid host"],
  ["[::1", "no valid host"],
  ["[::1]x", "no valid host"],
  ["[zz]", "no valid host"],
  ["h<x", "no valid host"],
  ["h%zz", "no valid host"],
  ["http://1.2.3.999", "no valid host"],
];

for (const [input, message] of REFUSED) {
  Deno.test(`normalizeUri() refuses ${JSON.stringify(input)}`, () => {
    const error = assertThrows(
      () => normalizeUri(input),
      ValidationException,
      message,
    );
    assert(isDAPException(error, "invalid-uri"));
    assert(error.hint);
  });
}

Deno.test("normalizeUri() never shows a user name, password or query", () => {
  for (
    const input of [
      "https://ada:s3cret@h",
      "https://ada:s3cret/with-slash@h",
      "ftp://ada:s3cret@h",
      "ada:s3cret?x@h",
      "h:x?auth=s3cret",
      "h:x#s3cret",
    ]
  ) {
    const error = assertThrows(() => normalizeUri(input), ValidationException);
    assertFalse(`${error.message} ${error.hint}`.includes("s3cret"), input);
  }
});

Deno.test("normalizeUri() tells how to write an IPv6 address", () => {
  const error = assertThrows(
    () => normalizeUri("fe80::1"),
    ValidationException,
  );
  assertStringIncludes(error.hint ?? "", "brackets");
});

Deno.test("normalizeUri() throws a TypeError for what is no string", () => {
  assertThrows(() => normalizeUri(5565 as unknown as string), TypeError);
});

Deno.test("isLoopback() knows the addresses of this machine", () => {
  for (
    const href of [
      "ws://localhost:5565",
      "ws://LOCALHOST",
      "ws://localhost.",
      "ws://engine.localhost",
      "ws://127.0.0.1",
      "ws://127.255.0.9:1",
      "ws://127.1",
      "http://[::1]:8080",
      "http://[0:0:0:0:0:0:0:1]",
      "memory://anything/task/service",
    ]
  ) assert(isLoopback(new URL(href)), href);
});

Deno.test("isLoopback() is not fooled by names that look local", () => {
  for (
    const href of [
      "ws://localhost.example.com",
      "ws://notlocalhost",
      "ws://127.0.0.1.example.com",
      "ws://128.0.0.1",
      "ws://0.0.0.0",
      "ws://[::2]",
      "ws://192.168.0.1",
    ]
  ) assertFalse(isLoopback(new URL(href)), href);
});

Deno.test("httpBase() gives the server's root over HTTP", () => {
  const cases = [
    ["ws://h:5565/task/service", "http://h:5565/"],
    ["wss://h/task/service?q", "https://h/"],
    ["wss://h:80/task/service", "https://h:80/"],
    ["ws://[::1]:1/", "http://[::1]:1/"],
    ["http://u:p@h:1/x", "http://h:1/"],
  ] as const;
  for (const [socket, base] of cases) {
    assertEquals(httpBase(new URL(socket)).href, base);
  }
});

Deno.test("httpBase() throws a TypeError for addresses in memory", () => {
  assertThrows(() => httpBase(new URL("memory://localhost/")), TypeError);
});

Deno.test("resolveEndpoints() gives the address that was asked where a server names none", () => {
  const local = "http://localhost:5565";
  const cloud = "https://api.rocketride.ai";
  for (const none of [undefined, null, {}, { api: "", ui: "origin" }]) {
    assertEquals(resolveEndpoints(none, "localhost"), {
      api: local,
      ui: local,
    });
  }
  const ui = "https://x";
  assertEquals(resolveEndpoints({ api: "origin", ui }, cloud), {
    api: cloud,
    ui,
  });
  assertThrows(() => resolveEndpoints({}, ""), ValidationException);
});
