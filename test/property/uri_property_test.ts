import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isDAPException } from "../../lib/errors.ts";
import { httpBase, isLoopback, normalizeUri } from "../../lib/protocol/uri.ts";

const scheme = fc.constantFrom("", "http://", "https://", "ws://", "wss://");
const secure = (prefix: string): boolean => /^(?:https|wss):/.test(prefix);
const port = fc.integer({ min: 1, max: 65_535 });
const tail = fc.constantFrom("", "/", "/a/b", "?q=1", "/x?q=1#f", "#f");
const host = fc.oneof(
  fc.domain().filter((name) => !name.endsWith("rocketride.ai")),
  fc.ipV4(),
  fc.ipV6().map((address) => `[${address}]`),
  fc.constantFrom("localhost", "h"),
);

Deno.test("an address keeps its host, its port and its TLS, and nothing else", () => {
  fc.assert(
    fc.property(scheme, host, port, tail, (prefix, name, number, end) => {
      const url = normalizeUri(`${prefix}${name}:${number}${end}`);
      const origin = new URL(`http://${name}`);
      assertEquals(url.hostname, origin.hostname);
      assertEquals(url.protocol, secure(prefix) ? "wss:" : "ws:");
      const printed = url.port || (secure(prefix) ? "443" : "80");
      assertEquals(printed, String(number));
      assertEquals(url.pathname + url.search + url.hash, "/task/service");
    }),
  );
});

Deno.test("an address without a port has 5565", () => {
  fc.assert(fc.property(scheme, host, tail, (prefix, name, end) => {
    assertEquals(normalizeUri(`${prefix}${name}${end}`).port, "5565");
  }));
});

Deno.test("an address that prints its port survives being normalised again", () => {
  fc.assert(fc.property(scheme, host, port, (prefix, name, number) => {
    fc.pre(number !== 80 && number !== 443);
    const url = normalizeUri(`${prefix}${name}:${number}`);
    assertEquals(normalizeUri(url.href).href, url.href);
  }));
});

Deno.test("any text gives a socket address without credentials, or one clear error", () => {
  const pieces = fc.array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("http:", "wss:", "//", "/", "@", ":", "[", "]", "0", "h"),
    ),
    { maxLength: 6 },
  ).map((parts) => parts.join(""));
  fc.assert(
    fc.property(pieces, (input) => {
      let url: URL;
      try {
        url = normalizeUri(input);
      } catch (error) {
        assert(isDAPException(error, "invalid-uri"));
        return;
      }
      assert(url.protocol === "ws:" || url.protocol === "wss:");
      assertEquals([url.username, url.password], ["", ""]);
      assertEquals(url.pathname + url.search + url.hash, "/task/service");
      assert(url.hostname !== "" && url.port !== "0");
    }),
    { numRuns: 500 },
  );
});

Deno.test("all of 127.0.0.0/8 is local, and nothing else of IPv4 is", () => {
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV4().map((text) => text.replace(/^\d+/, "127")),
  );
  fc.assert(fc.property(address, (text) => {
    assertEquals(isLoopback(normalizeUri(text)), text.startsWith("127."));
  }));
});

Deno.test("the HTTP root has the host, the port and the TLS of the socket", () => {
  fc.assert(fc.property(scheme, host, port, (prefix, name, number) => {
    const socket = normalizeUri(`${prefix}${name}:${number}`);
    const base = httpBase(socket);
    assertEquals(base.host, socket.host);
    assertEquals(base.protocol === "https:", socket.protocol === "wss:");
    assertEquals(base.pathname, "/");
  }));
});
