import * as client from "@rocketride/streams";
import { type Answers, type Both, same } from "./generation.ts";

const TASK = "tk_12345678";
const RESULT = {
  objectId: "o",
  name: "a",
  result_types: { answers: "answers", text: "text" },
  answers: ["42"],
  text: ["x"],
};
const PIPE: Answers = {
  "rrext_process open": { pipe_id: 0 },
  "rrext_process write": {},
  "rrext_process close": RESULT,
};

/** The functions of the entry `.` that send objects. */
export const PIPES: Readonly<Record<string, Both>> = {
  ask: same((session) => client.ask(session, TASK, "What?"), PIPE, "42"),
  chat: same((session) => client.chat(session, TASK, "What?"), PIPE, RESULT),
  chatStream: same(
    async (session) => {
      const parts = client.chatStream(session, TASK, "What?");
      return (await Array.fromAsync(parts)).map(({ type }) => type);
    },
    { ...PIPE, rrext_monitor: {} },
    ["result"],
  ),
  pipe: same(
    async (session) => {
      const open = await client.pipe(session, TASK);
      const writer = open.getWriter();
      await writer.write("x");
      await writer.close();
      return await open.result;
    },
    PIPE,
    RESULT,
  ),
  send: same((session) => client.send(session, TASK, "x"), PIPE, RESULT),
  sendEach: same(
    async (session) => {
      const each = client.sendEach(session, TASK);
      const outputs = Array.fromAsync(each.readable);
      const writer = each.writable.getWriter();
      await writer.write("x");
      await writer.close();
      return (await outputs).map((it) => "result" in it && it.result);
    },
    PIPE,
    [RESULT],
  ),
  sendFiles: same(
    async (session) => {
      const file = new File(["x"], "a.txt");
      const sent = await client.sendFiles(session, TASK, [file]);
      return sent.map(({ action, result }) => [action, result]);
    },
    PIPE,
    [["complete", RESULT]],
  ),
  uploadFiles: same(
    async (session) => {
      const files = [new File(["x"], "a.txt")];
      const seen = client.uploadFiles(session, TASK, files);
      return (await Array.fromAsync(seen)).at(-1)?.action;
    },
    PIPE,
    "complete",
  ),
};
