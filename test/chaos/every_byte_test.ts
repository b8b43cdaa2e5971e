import { testEveryByte } from "./cases.ts";

testEveryByte(["connect", "ping", "store read", "terminate"]);
testEveryByte(["store write", "events", "log"], 16);
