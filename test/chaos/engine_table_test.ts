import { testTable } from "./cases.ts";

testTable("engine");
