import { assertEquals } from "@std/assert";
import { ExecutionException } from "../../lib/errors.ts";
import { Progress } from "../../lib/pipe/upload_progress.ts";
import type { UploadBody } from "../../schema/event.ts";
import { type FakeClock, fakeClock } from "../support/fake_clock.ts";

/** Something that is followed, and what was told about it. */
function followed(size?: number): {
  readonly clock: FakeClock;
  readonly told: UploadBody[];
  readonly progress: Progress;
} {
  const clock = fakeClock(1_000);
  const told: UploadBody[] = [];
  const progress = new Progress({
    filepath: "a.txt",
    size,
    clock,
    report: (body) => told.push(body),
  });
  return { clock, told, progress };
}

/** In short: `write 5/10`. */
function inShort(bodies: readonly UploadBody[]): string[] {
  return bodies.map(({ action, bytes_sent, file_size }) =>
    `${action} ${bytes_sent}/${file_size}`
  );
}

Deno.test("progress is told as the official SDKs tell it", async () => {
  const { clock, told, progress } = followed(10);
  progress.opened(10);
  await clock.advance(500);
  progress.acknowledged(10);
  progress.closing();
  await clock.advance(1_500);
  const result = { objectId: "o" };
  const end = progress.complete(result);
  const common = { filepath: "a.txt", file_size: 10 };
  assertEquals(told, [
    { ...common, action: "open", bytes_sent: 0, upload_time: 0 },
    { ...common, action: "write", bytes_sent: 10, upload_time: 0.5 },
    { ...common, action: "close", bytes_sent: 10, upload_time: 0.5 },
    { ...common, action: "complete", bytes_sent: 10, upload_time: 2, result },
  ]);
  assertEquals<unknown>(told.at(-1), end);
});

Deno.test("of the writes ten a second are told, and always the last one", async () => {
  const { clock, told, progress } = followed(100);
  progress.opened(100);
  for (let i = 0; i < 100; i++) {
    progress.acknowledged(1);
    await clock.advance(9);
  }
  progress.closing();
  const writes = inShort(told).filter((text) => text.startsWith("write"));
  assertEquals(writes.length, 10);
  assertEquals(writes[0], "write 1/100");
  assertEquals(writes.at(-1), "write 100/100");
});

Deno.test("an empty file has no write", () => {
  const { told, progress } = followed(0);
  progress.opened(0);
  progress.acknowledged(0);
  progress.closing();
  progress.complete({ objectId: "o" });
  assertEquals(inShort(told), ["open 0/0", "close 0/0", "complete 0/0"]);
});

Deno.test("a size that nobody knew is what was sent, at the end", () => {
  const { told, progress } = followed();
  progress.opened(undefined);
  progress.acknowledged(7);
  progress.closing();
  progress.complete({ objectId: "o" });
  assertEquals(inShort(told), [
    "open 0/0",
    "write 7/0",
    "close 7/7",
    "complete 7/7",
  ]);
});

Deno.test("a file that is sent anew begins at nothing", () => {
  const { told, progress } = followed(8);
  progress.opened(8);
  progress.acknowledged(5);
  progress.acknowledged(1);
  progress.restart();
  progress.opened(8);
  progress.acknowledged(8);
  progress.closing();
  assertEquals(inShort(told), [
    "open 0/8",
    "write 5/8",
    "open 0/8",
    "write 8/8",
    "close 8/8",
  ]);
});

Deno.test("a failure is told in words, and as it was thrown", () => {
  const causes: readonly (readonly [unknown, string])[] = [
    [new Error("Broke"), "Broke"],
    ["enough", "enough"],
    [undefined, "undefined"],
    [Object.create(null), "Given up"],
  ];
  for (const [cause, error] of causes) {
    const { told, progress } = followed(3);
    assertEquals(progress.failed(cause), {
      action: "error",
      filepath: "a.txt",
      bytes_sent: 0,
      file_size: 3,
      upload_time: 0,
      error,
      cause,
    });
    assertEquals(inShort(told), ["error 0/3"]);
  }
});

Deno.test("an object that failed in the pipeline has its result", () => {
  const result = { objectId: "o", error: "Broke", text: ["half"] };
  const { progress } = followed(3);
  const cause = new ExecutionException("Broke", { result });
  const end = progress.failed(cause);
  assertEquals([end.action, end.error, end.result], ["error", "Broke", result]);
});
