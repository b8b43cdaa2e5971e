import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
} from "@std/assert";
import {
  AuthenticationException,
  ConnectionException,
  DAPException,
  type ErrorCode,
  type ExceptionOptions,
  ExecutionException,
  isDAPException,
  PipeException,
  ProtocolException,
  RocketRideException,
  TimeoutException,
  ValidationException,
} from "../../lib/errors.ts";

type Make = (options?: ExceptionOptions) => DAPException;

/** How each is made, its name, its code where none is given, and its parents. */
const KINDS: readonly (readonly [Make, string, ErrorCode, unknown[]])[] = [
  [(o) => new DAPException("m", o), "DAPException", "request-failed", []],
  [
    (o) => new RocketRideException("m", o),
    "RocketRideException",
    "request-failed",
    [DAPException],
  ],
  [
    (o) => new ConnectionException("m", o),
    "ConnectionException",
    "connection-lost",
    [DAPException, RocketRideException],
  ],
  [
    (o) => new AuthenticationException("m", o),
    "AuthenticationException",
    "authentication-refused",
    [DAPException, RocketRideException, ConnectionException],
  ],
  [
    (o) => new PipeException("m", o),
    "PipeException",
    "pipe-failed",
    [DAPException, RocketRideException],
  ],
  [
    (o) => new ExecutionException("m", o),
    "ExecutionException",
    "execution-failed",
    [DAPException, RocketRideException],
  ],
  [
    (o) => new ValidationException("m", o),
    "ValidationException",
    "invalid-pipeline",
    [DAPException, RocketRideException],
  ],
  [
    (o) => new TimeoutException("m", 5, o),
    "TimeoutException",
    "timeout",
    [DAPException, RocketRideException],
  ],
  [
    (o) => new ProtocolException("m", o),
    "ProtocolException",
    "protocol",
    [DAPException, RocketRideException],
  ],
];

for (const [make, name, code, parents] of KINDS) {
  Deno.test(`${name} has its name, its code and its parents`, () => {
    const error = make();
    assertEquals(error.name, name);
    assertEquals(error.message, "m");
    assertEquals(error.code, code);
    assertEquals(String(error), `${name}: m`);
    assertInstanceOf(error, Error);
    for (const parent of parents) {
      assertInstanceOf(error, parent as typeof DAPException);
    }
    assert(isDAPException(error, code));
  });

  Deno.test(`${name} carries what it is given`, () => {
    const cause = new Error("below");
    const dapResult = { success: false, message: "m" };
    const error = make({
      code: "task-ended",
      cause,
      dapResult,
      retryable: true,
      hint: "Do this",
    });
    assertEquals(error.code, "task-ended");
    assertEquals(error.cause, cause);
    assertEquals(error.dapResult, dapResult);
    assertEquals(error.retryable, true);
    assertEquals(error.hint, "Do this");
    assertEquals(error.message, "m. Do this.");
  });

  Deno.test(`${name} has no cause, no answer and no hint unless given`, () => {
    const error = make();
    assertFalse("cause" in error);
    assertEquals(error.dapResult, {});
    assertEquals(error.hint, undefined);
  });
}

Deno.test("a message ends with the hint as a sentence, once", () => {
  const messages = [
    ["Refused", undefined, "Refused"],
    ["Refused", "Ask again", "Refused. Ask again."],
    ["Refused.", "Ask again", "Refused. Ask again."],
    ["Refused:\n  x\n", "Ask again", "Refused:\n  x. Ask again."],
    ["Loading…", "Ask again", "Loading… Ask again."],
    ["Refused:", "Ask again.", "Refused: Ask again."],
    ['Said "no."', "Ask again", 'Said "no." Ask again.'],
    ["Really?", "Ask: why?", "Really? Ask: why?"],
    ["Refused. Ask again.", "Ask again", "Refused. Ask again."],
    ["", "Ask again", "Ask again."],
  ] as const;
  for (const [words, hint, message] of messages) {
    const error = new DAPException(words, { hint });
    assertEquals([error.message, error.hint], [message, hint]);
    assertEquals(Deno.inspect(error).split("Ask").length, hint ? 2 : 1);
  }
});

Deno.test("a cause that is undefined is still a cause", () => {
  assert("cause" in new DAPException("m", { cause: undefined }));
});

Deno.test("only a timeout may be worth another try by itself", () => {
  for (const [make, name] of KINDS) {
    assertEquals(make().retryable, name === "TimeoutException", name);
  }
});

Deno.test("the engine's answer is copied, so that nobody can change it later", () => {
  const answer = { message: "first" };
  const error = new DAPException("m", { dapResult: answer });
  answer.message = "second";
  assertEquals(error.dapResult, { message: "first" });
});

Deno.test("a connection failure tells whether the request had left, and the close code", () => {
  const plain = new ConnectionException("m");
  assertEquals([plain.sent, plain.closeCode], [false, undefined]);
  const full = new ConnectionException("m", { sent: true, closeCode: 1006 });
  assertEquals([full.sent, full.closeCode], [true, 1006]);
  assertEquals(new AuthenticationException("m").sent, true);
});

Deno.test("a pipe failure tells the step, an execution failure the result, a timeout its limit", () => {
  assertEquals(new PipeException("m").phase, undefined);
  assertEquals(new PipeException("m", { phase: "write" }).phase, "write");
  const result = { name: "n", path: "", objectId: "o" };
  assertEquals(new ExecutionException("m", { result }).result, result);
  assertEquals(new ExecutionException("m").result, undefined);
  assertEquals(new TimeoutException("m", 250).timeout, 250);
});

Deno.test("isDAPException() knows an exception of another copy of the library", () => {
  class Foreign extends Error {
    readonly code = "timeout";
    readonly dapResult = {};
  }
  assert(isDAPException(new Foreign()));
  assert(isDAPException(new Foreign(), "timeout"));
  assertFalse(isDAPException(new Foreign(), "protocol"));
});

Deno.test("isDAPException() is not taken in by what only looks like one", () => {
  const system = Object.assign(new Error("ENOENT"), { code: "timeout" });
  for (
    const other of [
      undefined,
      null,
      "timeout",
      { code: "timeout", dapResult: {} },
      new TypeError("x"),
      system,
    ]
  ) {
    assertFalse(isDAPException(other));
  }
});
