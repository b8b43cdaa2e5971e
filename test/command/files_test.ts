import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { listTasks, use } from "../../mod.ts";
import { withCommand } from "../support/command.ts";
import { cuttingRelay } from "../support/cutting_relay.ts";
import { TEXT } from "../support/pipelines.ts";

async function writeFiles(cwd: string): Promise<void> {
  await Deno.mkdir(`${cwd}/docs/inner`, { recursive: true });
  for (const name of ["a.txt", "b.txt", "inner/c.txt", ".hidden"]) {
    await Deno.writeTextFile(`${cwd}/docs/${name}`, `I am ${name}`);
  }
}

Deno.test("run takes files, folders, patterns, URLs and input, each once", async () => {
  await withCommand(async ({ run, cwd, session }) => {
    await writeFiles(cwd);
    const { code, stdout, stderr } = await run([
      ...["run", "text.pipe.json", "docs/a.txt", "docs", "docs/*.txt"],
      ...["data:text/plain,inline", "-", "absent.txt", "--json"],
    ], { input: "typed" });
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "skipped  absent.txt");
    const texts = new Map(
      stdout.trim().split("\n").map((line) => JSON.parse(line))
        .map(({ input, result }) => [input, result.text?.[0]?.trim()]),
    );
    assertEquals(Object.fromEntries(texts), {
      "data:": "inline",
      "docs/a.txt": "I am a.txt",
      "docs/b.txt": "I am b.txt",
      "docs/inner/c.txt": "I am inner/c.txt",
      stdin: undefined,
    });
    assertEquals(await listTasks(session), []);
  });
});

Deno.test("run prints a result as text, several under their names", async () => {
  await withCommand(async ({ run, cwd }) => {
    await writeFiles(cwd);
    const one = await run(["run", "--local", "text.pipe.json", "docs/a.txt"]);
    assertEquals(one.stdout, "I am a.txt\n");
    const two = await run(["run", "text.pipe.json", "docs/*.txt"]);
    assertStringIncludes(two.stdout, "==> docs/a.txt <==\nI am a.txt\n");
    assertStringIncludes(two.stdout, "==> docs/b.txt <==\nI am b.txt\n");
    const piped = await run(
      ["run", "text.pipe.json", "--type", "text/plain", "--json=out.jsonl"],
      { input: "typed" },
    );
    assertEquals(piped.stdout, "typed\n");
    const kept = JSON.parse(await Deno.readTextFile(`${cwd}/out.jsonl`));
    assertEquals([kept.input, kept.result.name], ["stdin", "stdin"]);
    // Nothing is run whose result could not be kept.
    const unkept = await run(
      ["run", "text.pipe.json", "docs/a.txt", "--json=absent/out.jsonl"],
    );
    assertEquals([unkept.code, unkept.stdout], [1, ""]);
    assertMatch(
      unkept.stderr,
      /^Error: Cannot write the file of --json: ENOENT[^\n]*\n$/,
    );
    const none = await run(["run", "text.pipe.json", "absent"]);
    assertEquals(none.code, 1);
    const broken = await run(["run", "docs/a.txt", "docs/a.txt"]);
    assertEquals(broken.code, 1);
    assertStringIncludes(broken.stderr, "docs/a.txt");
  });
});

Deno.test("upload tells of each file, failures last, and exits with 1", async () => {
  await withCommand(async ({ run, cwd, session }) => {
    await writeFiles(cwd);
    const { token } = await use(session, { pipeline: TEXT });
    const good = await run(["upload", "docs", "--token", token]);
    assertEquals(good.code, 0, good.stderr);
    assertStringIncludes(good.stdout, "uploaded docs/a.txt (10 B)\n");
    assertStringIncludes(good.stdout, "Uploaded 3 of 3 file(s), 36 B in ");

    const { code, stdout, stderr } = await run([
      ...["upload", "docs/a.txt", "http://127.0.0.1:9/gone", "none.txt"],
      ...["--token", token, "--json"],
    ]);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "failed   http://127.0.0.1:9/gone: ");
    const { files, elapsedSeconds, ...rest } = JSON.parse(stdout);
    assert(elapsedSeconds > 0);
    assertEquals(rest, {
      uploaded: 1,
      failed: 1,
      totalBytes: 10,
      skipped: ["none.txt: there is no such file"],
    });
    assertEquals(
      files.map((it: { action: string }) => it.action).sort(),
      ["complete", "error"],
    );
  });
});

Deno.test("store writes, lists, reads and removes files as the official one does", async () => {
  await withCommand(async ({ run, cwd }) => {
    const all = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await run(["store", ...args]);
      assertEquals(code, 0, stderr);
      return stdout;
    };
    assertEquals(
      await all("dir"),
      "           0 File(s)               0 bytes\n           0 Dir(s)\n",
    );
    const large = new Uint8Array(3_000_000).fill(7);
    await Deno.writeFile(`${cwd}/large.bin`, large);
    await all("write", "a/large.bin", "--file", "large.bin");
    assertEquals(
      await all("write", "a/b.txt", "--content", "Grüße"),
      "Written: a/b.txt\n",
    );
    assertEquals(await all("type", "a/b.txt"), "Grüße");
    assertEquals(JSON.parse(await all("type", "a/b.txt", "--json")), {
      path: "a/b.txt",
      content: "Grüße",
    });
    const listed = await all("dir", "a");
    assert(
      /^\d\d\/\d\d\/\d{4} {2}\d\d:\d\d [AP]M {17}7 b\.txt$/m.test(listed),
      listed,
    );
    assertStringIncludes(listed, "       2 File(s)       3,000,007 bytes");
    assertEquals((await all("type", "a/large.bin")).length, large.length);
    assertStringIncludes(await all("stat", "a"), "a: dir");
    assertEquals(await all("stat", "none"), "none: not found\n");
    assertEquals(await all("dir", "none"), "File Not Found\n");
    assertEquals(await all("mkdir", "x/y"), "Created: x/y/\n");
    assertEquals(await all("rm", "a/b.txt"), "Deleted: a/b.txt\n");
    const refused = await run(["store", "rm", "a"]);
    assertEquals(refused.code, 1);
    assertEquals(await all("rm", "a", "--recursive"), "Deleted: a\n");
    assertEquals((await run(["store", "write", "c"])).code, 2);
    assertEquals((await run(["store"])).code, 1);
  });
});

Deno.test("upload sends a file again after a lost connection, as often as it may", async () => {
  await withCommand(async ({ run, uri, cwd, session }) => {
    await writeFiles(cwd);
    const { token } = await use(session, { pipeline: TEXT });
    await using relay = await cuttingRelay(uri);
    const args = ["upload", "docs", "--token", token, "--uri", relay.uri];
    const cut = relay.cut("rrext_process close", "request");
    const once = await run([...args, "--retries", "2", "--json"]);
    await cut;
    assertEquals(once.code, 0, once.stderr);
    assertEquals(JSON.parse(once.stdout).uploaded, 3);

    const again = relay.cut("rrext_process close", "request");
    const never = await run([...args, "--json"]);
    await again;
    assertEquals(never.code, 1);
    assert(JSON.parse(never.stdout).failed > 0, never.stdout);
  });
});
