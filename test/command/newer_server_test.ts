/** What commands make of the answers of a server of 1.5, whoever reads them. */
import { assertEquals } from "@std/assert";
import { startCommand } from "../support/command.ts";
import { everyWay, type Expected } from "../support/command_ways.ts";
import { TEXT } from "../support/pipelines.ts";
import { serverOf15, taskEvent } from "../support/server_of_1_5.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { dateText } from "../../lib/cli/output.ts";

/** A command, what people see, and the members of its JSON. */
type Row = readonly [
  words: string,
  shows: Expected["shows"],
  members: readonly string[],
];

const ROWS: readonly Row[] = [
  ["start p.json", "Token: tk_new", ["token"]],
  ["list", /Reports\.in +tk_1 +in +Running/, ["tasks"]],
  ["run p.json a.txt", "Read", ["input", "result"]],
  ["send a.txt --token tk_1", "Read", ["results"]],
  ["upload a.txt --token tk_1", "Uploaded 1 of 1 file(s), 4 B", [
    "uploaded",
    "failed",
    "totalBytes",
    "elapsedSeconds",
    "files",
  ]],
  ["chat --token tk_1 What?", "42", ["question", "answer", "result"]],
  ["status tk_1", /Reports\.in +offline/, ["name", "state", "slowestDocs"]],
  ["events task --count 1", "apaevt_task", ["index", "event", "body"]],
  ["log reports in", "apaevt_task", ["event", "body"]],
  ["log reports in --runs", /2023-11-14 22:13:21 +runs +- +1/, [
    "chapters",
    "horizonSeq",
  ]],
  ["log reports in --streams", /^- +- +dev +2 +/m, ["streams"]],
  ["stop tk_1", "Task tk_1 terminated.", ["token", "terminated"]],
  ["validate p.json", "p.json: valid", ["files", "summary"]],
  ["services", /webhook +Webhook/, ["services"]],
  ["services webhook", '"Pipe"', ["title", "Pipe"]],
  ["store dir", /6 a\.txt/, ["path", "entries"]],
  ["store type a.txt", "stored", ["path", "content"]],
  ["store write b.txt --content b", "Written: b.txt", ["path", "written"]],
  ["store mkdir c", "Created: c/", ["path", "created"]],
  ["store stat a.txt", "a.txt: file", ["path", "exists", "type"]],
  ["store rm a.txt", "Deleted: a.txt", ["path", "deleted"]],
];

for (const [words, shows, members] of ROWS) {
  Deno.test(`a server of 1.5 answers ${words}, piped, as JSON and on a terminal`, async () => {
    await using folder = await tempFolder();
    const { path: cwd } = folder;
    await Deno.writeTextFile(`${cwd}/p.json`, JSON.stringify(TEXT));
    await Deno.writeTextFile(`${cwd}/a.txt`, "text");
    await using server = serverOf15();
    const value = await everyWay(words.split(" "), {
      cwd,
      env: { ROCKETRIDE_URI: server.uri() },
    }, { shows });
    assertEquals(members.filter((it) => !(it in value)), [], words);
  });
}

Deno.test("otel exports what a server of 1.5 tells", async () => {
  await using server = serverOf15();
  const received = Promise.withResolvers<string>();
  const collector = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const text = await request.text();
      if (request.url.endsWith("/v1/traces")) received.resolve(text);
      return new Response("{}");
    },
  );
  const endpoint = `http://127.0.0.1:${collector.addr.port}`;
  const command = startCommand(["otel", "--endpoint", endpoint], {
    cwd: Deno.cwd(),
    env: { ROCKETRIDE_URI: server.uri() },
  });
  await command.printed("Exporting to ");
  // It has looked whether there is a server by a connection of its own.
  server.lines.at(-1)?.send(taskEvent(4, "end"));
  const { resourceSpans } = JSON.parse(await received.promise);
  const [span] = resourceSpans[0].scopeSpans[0].spans;
  assertEquals(span.name, "task Reports.in");
  command.child.kill("SIGTERM");
  const { code, stderr } = await command.outcome;
  assertEquals([code, stderr], [0, ""]);
  await collector.shutdown();
});

Deno.test("a time that a server tells may be anything", () => {
  assertEquals(dateText(86_400), "1970-01-02 00:00:00");
  for (const odd of [undefined, null, 0, "x", 1e300, {}, { toString: 1 }]) {
    assertEquals(dateText(odd), "-");
  }
});
