import { testTable } from "./cases.ts";

testTable("1.0");
testTable("1.1");
