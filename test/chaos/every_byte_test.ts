import { testEveryByte } from "./cases.ts";

// The short exchanges, byte by byte.
testEveryByte(["connect", "ping", "send", "terminate", "HTTP send"]);
testEveryByte(
  ["use", "chat", "events", "log", "store read", "store write"],
  16,
);
testEveryByte(["sendEach", "sendFiles", "HTTP use"], 16);
testEveryByte(["pipe"], 1_024);
