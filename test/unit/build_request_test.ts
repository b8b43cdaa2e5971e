import {
  assertEquals,
  assertFalse,
  assertNotStrictEquals,
  assertThrows,
} from "@std/assert";
import { buildRequest } from "../../lib/session/call.ts";
import { didFail } from "../../schema/envelope.ts";

Deno.test("a request has a command, arguments and no number yet", () => {
  assertEquals(buildRequest("rrext_ping"), {
    type: "request",
    seq: 0,
    command: "rrext_ping",
    arguments: {},
  });
});

Deno.test("a task's token stands where both server generations look", () => {
  const message = buildRequest("rrext_process", {
    token: "tk_1",
    arguments: { subcommand: "open" },
  });
  assertEquals(message.token, "tk_1");
  assertEquals(message.arguments, { subcommand: "open", token: "tk_1" });
});

Deno.test("execute has its token among the arguments only, where it names the new task", () => {
  const message = buildRequest("execute", { token: "tk_1" });
  assertFalse("token" in message);
  assertEquals(message.arguments, { token: "tk_1" });
});

Deno.test("payload becomes arguments.data; text becomes UTF-8", () => {
  const bytes = Uint8Array.of(1, 2);
  assertEquals(buildRequest("x", { data: bytes }).arguments, { data: bytes });
  assertEquals(buildRequest("x", { data: "é" }).arguments, {
    data: Uint8Array.of(0xc3, 0xa9),
  });
  assertEquals(buildRequest("x", { data: "" }).arguments, {
    data: new Uint8Array(0),
  });
});

Deno.test("what was passed in is not changed", () => {
  const args = Object.freeze({ a: 1, token: "theirs" });
  const message = buildRequest("x", {
    token: "tk_1",
    data: "d",
    arguments: args,
  });
  assertNotStrictEquals(message.arguments, args);
  assertEquals(args, { a: 1, token: "theirs" });
  assertEquals(message.arguments?.token, "tk_1");
});

Deno.test("a request without a command is refused", () => {
  for (const wrong of ["", undefined, 7]) {
    const error = assertThrows(
      () => buildRequest(wrong as string),
      TypeError,
    );
    assertEquals(error.message, "Cannot build a request without a command");
  }
});

Deno.test("data that is neither bytes nor text is refused", () => {
  for (const wrong of [7, null, [1], {}, new ArrayBuffer(1), new Blob([])]) {
    assertThrows(
      () => buildRequest("x", { data: wrong as unknown as string }),
      TypeError,
      "expected a Uint8Array or a string",
    );
  }
});

Deno.test("only a literal false is a failure", () => {
  assertEquals(didFail({ success: false }), true);
  for (const success of [true, undefined, null, 0, ""]) {
    assertEquals(didFail({ success } as { success?: boolean }), false);
  }
});
