import { assert, assertEquals, assertRejects } from "@std/assert";
import { close, connect, isDAPException } from "@rocketride/streams";
import {
  list,
  mkdir,
  readFile,
  readText,
  remove,
  rename,
  stat,
  writeFile,
  writeText,
} from "@rocketride/streams/store";
import { forEachHost } from "../support/hosts.ts";
import { sameBytes } from "../support/same_bytes.ts";
import { tempFolder } from "../support/temp_folder.ts";

const KIB = 1024;
const CONTENT = Uint8Array.from(
  { length: 6 * KIB * KIB + 77 },
  (_, at) => (at >> 8) ^ at,
);

forEachHost(
  "a crash in the middle of a save leaves what was saved, and nothing else",
  async (host) => {
    await using temp = await tempFolder();
    const folder = temp.path;
    const start = () => host.start("test/support/storing_program.ts", folder);
    {
      await using child = await start();
      const uri = await child.line();
      const session = await connect({ uri, auth: "secret", env: {} });
      await writeText(session, "d/a", "before");
      for (const path of ["d/a", "d/b"]) {
        const options = { frameBytes: 4 * KIB };
        const writer = (await writeFile(session, path, options)).getWriter();
        writer.closed.catch(() => {});
        await writer.write(CONTENT.subarray(0, 100 * KIB));
        await writer.ready;
      }
      child.kill();
      await session.closed;
      await child.ended();
    }
    const left = await Array.fromAsync(
      Deno.readDir(`${folder}/.rocketride.tmp`),
    );
    assertEquals(left.length, 2);
    assertEquals(await Deno.readTextFile(`${folder}/d/a`), "before");
    await using child = await start();
    const uri = await child.line();
    const session = await connect({ uri, auth: "secret", env: {} });
    assertEquals((await list(session)).map(({ name }) => name), ["d"]);
    assertEquals((await list(session, "d")).map(({ name }) => name), ["a"]);
    assertEquals(await readText(session, "d/a"), "before");
    const names = await Array.fromAsync(Deno.readDir(folder), (it) => it.name);
    assertEquals(names, ["d"]);
    await close(session);
    const ending = await child.finish();
    assertEquals(ending, { code: 0, stdout: "", stderr: "" });
  },
);

forEachHost("an engine keeps files in a directory, and to it", async (host) => {
  await using temp = await tempFolder();
  const root = temp.path;
  await Deno.mkdir(`${root}/outside`);
  const folder = `${root}/inside`;
  await using child = await host.start(
    "test/support/storing_program.ts",
    folder,
  );
  const uri = await child.line();
  const session = await connect({ uri, auth: "secret", env: {} });

  await new Blob([CONTENT]).stream()
    .pipeTo(await writeFile(session, "a/big.bin"));
  const onDisk = await Deno.readFile(`${folder}/a/big.bin`);
  assert(sameBytes(onDisk, CONTENT));
  // Many answers on their way at once, with a consumer that lets them wait.
  for (const frameBytes of [4 * KIB, 100_000, 4 * KIB * KIB]) {
    const options = { frameBytes, readAhead: 16 };
    const stream = await readFile(session, "a/big.bin", options);
    const bytes = await new Response(stream).arrayBuffer();
    assert(sameBytes(new Uint8Array(bytes), CONTENT), `in ${frameBytes}`);
  }

  await mkdir(session, "b");
  await rename(session, "a/big.bin", "b/c/big.bin");
  assertEquals((await stat(session, "b/c/big.bin"))?.size, CONTENT.length);
  await writeText(session, "b/note", "x");
  await writeText(session, "b/note", "Grüße");
  assertEquals(await readText(session, "b/note"), "Grüße");
  const names = (await list(session, "b")).map(({ name }) => name);
  assertEquals(names, ["c", "note"]);

  await Deno.symlink(`${root}/outside`, `${folder}/link`);
  for (
    const work of [
      () => writeText(session, "link/x", "x"),
      () => mkdir(session, "link/x"),
      () => rename(session, "b/note", "link/note"),
      () => remove(session, "link", { recursive: true }),
    ]
  ) {
    assert(isDAPException(await assertRejects(work), "invalid-path"));
  }
  assertEquals(await Array.fromAsync(Deno.readDir(`${root}/outside`)), []);

  const full = remove(session, "b");
  assert(isDAPException(await assertRejects(() => full), "folder-not-empty"));
  await remove(session, "b", { recursive: true });
  await remove(session, "a");
  assertEquals(await list(session), []);
  await close(session);
  const ending = await child.finish();
  assertEquals(ending, { code: 0, stdout: "", stderr: "" });
});
