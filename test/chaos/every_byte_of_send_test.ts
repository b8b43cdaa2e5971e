import { testEveryByte } from "./cases.ts";

testEveryByte(["send", "HTTP send"]);
testEveryByte(["use", "chat", "sendEach", "sendFiles", "HTTP use"], 16);
testEveryByte(["pipe"], 1_024);
