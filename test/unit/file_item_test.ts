import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { ValidationException } from "../../lib/errors.ts";
import { type FileInput, fileItem } from "../../lib/pipe/file_input.ts";
import { tempFolder } from "../support/temp_folder.ts";

const RAW = "application/octet-stream";
const never = new AbortController().signal;

/** What is told of a file, without the id that is always another. */
async function told(input: FileInput): Promise<Record<string, unknown>> {
  const item = fileItem(input);
  const { objectId, ...objinfo } = item.objinfo;
  assertMatch(String(objectId), /^[0-9a-f-]{36}$/);
  const { source, mimeType, size } = await item.open(never);
  return {
    filepath: item.filepath,
    objinfo,
    mimeType,
    size,
    repeatable: item.repeatable,
    text: await textOf(source),
  };
}

async function textOf(source: unknown): Promise<string> {
  if (source instanceof Response) return await source.text();
  if (source instanceof Blob || source instanceof ReadableStream) {
    return await new Response(source).text();
  }
  let text = "";
  for await (const chunk of source as AsyncIterable<unknown>) text += chunk;
  return text;
}

async function* generated(): AsyncGenerator<string> {
  yield "Hel";
  yield "lo";
}

function inFolder(file: File, path: string): File {
  return Object.defineProperty(file, "webkitRelativePath", { value: path });
}

const hello = new Blob(["Hello"]);
const text = new File(["Hello"], "a.txt");
const typed = new File(["Hello"], "a.txt", { type: "text/x-own" });
const BASE = {
  filepath: "a.txt",
  objinfo: { name: "a.txt" },
  mimeType: "text/plain",
  size: 5,
  repeatable: true,
  text: "Hello",
};

const FORMS: readonly (readonly [string, FileInput, object])[] = [
  ["a File", text, BASE],
  ["a File with a type", typed, { ...BASE, mimeType: "text/x-own" }],
  [
    "a File of a chosen folder",
    inFolder(new File(["Hello"], "a.txt"), "photos/2026/a.txt"),
    {
      ...BASE,
      filepath: "photos/2026/a.txt",
      objinfo: { name: "a.txt", path: "photos/2026/a.txt" },
    },
  ],
  [
    "a Blob that has a name",
    Object.assign(new Blob(["Hello"]), { name: "a.txt" }),
    BASE,
  ],
  ["a Blob that is given a name", { file: hello, name: "a.txt" }, BASE],
  [
    "a File that is given another name",
    { file: typed, name: "b.csv" },
    {
      ...BASE,
      filepath: "b.csv",
      objinfo: { name: "b.csv" },
      mimeType: "text/x-own",
    },
  ],
  [
    "a file with objinfo, which wins",
    { file: text, objinfo: { name: "shown", size: 7, owner: "Ada" } },
    { ...BASE, objinfo: { name: "shown", size: 7, owner: "Ada" } },
  ],
  [
    "objinfo whose members are absent",
    { file: text, objinfo: { name: undefined, size: undefined } },
    BASE,
  ],
  ["no objinfo at all", { file: text, objinfo: null, mimeType: null }, BASE],
  [
    "a media type of the caller's",
    { file: typed, mimeType: "text/csv" },
    { ...BASE, mimeType: "text/csv" },
  ],
  [
    "a media type as the official SDKs spell it",
    { file: typed, mimetype: "text/csv" },
    { ...BASE, mimeType: "text/csv" },
  ],
  ["a tuple of one", [text], BASE],
  [
    "a tuple of two",
    [text, { tag: "x" }],
    { ...BASE, objinfo: { name: "a.txt", tag: "x" } },
  ],
  [
    "a tuple of three",
    [text, null, "application/json"],
    { ...BASE, mimeType: "application/json" },
  ],
  [
    "a stream",
    { name: "a.txt", stream: hello.stream() },
    { ...BASE, size: undefined, repeatable: false },
  ],
  [
    "a stream whose size is known",
    { name: "a.txt", stream: hello.stream(), size: 5 },
    { ...BASE, repeatable: false },
  ],
  [
    "a stream whose size is in its objinfo",
    { name: "a.txt", stream: hello.stream(), objinfo: { size: 5 } },
    { ...BASE, objinfo: { name: "a.txt", size: 5 }, repeatable: false },
  ],
  [
    "a function that makes a stream",
    { name: "a.txt", stream: () => hello.stream() },
    { ...BASE, size: undefined },
  ],
  [
    "a function that promises a stream",
    { name: "a.txt", stream: () => Promise.resolve(hello.stream()) },
    { ...BASE, size: undefined },
  ],
  [
    "an async iterable",
    { name: "a.txt", stream: generated() },
    { ...BASE, size: undefined, repeatable: false },
  ],
  [
    "a data: URL",
    new URL("data:text/x-own,Hello"),
    {
      ...BASE,
      filepath: "data:",
      objinfo: { name: "data" },
      mimeType: "text/x-own",
      size: undefined,
    },
  ],
];

for (const [name, input, expected] of FORMS) {
  Deno.test(`fileItem() takes ${name}`, async () => {
    assertEquals(await told(input), { ...BASE, ...expected });
  });
}

Deno.test("fileItem() takes a path and a file: URL, alone and in every form", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  const path = `${folder}/a b.csv`;
  const url = new URL(`file://${folder}/a%20b.csv`);
  await Deno.writeTextFile(path, "Hello");
  for (const place of [path, url]) {
    for (const input of [place, { file: place }, [place]] as const) {
      assertEquals(await told(input), {
        ...BASE,
        filepath: String(place),
        objinfo: { name: "a b.csv" },
        mimeType: "text/csv",
      });
      assertEquals(fileItem(input).path, place);
    }
    const named = fileItem({ file: place, name: "x.md" });
    assertEquals(named.objinfo.name, "x.md");
    assertEquals(named.filepath, String(place));
  }
});

/** Serve some addresses while a test runs. */
async function serving(
  routes: Readonly<Record<string, () => Response>>,
  test: (origin: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen(): void {},
  }, ({ url }) => routes[new URL(url).pathname]?.() ?? gone());
  try {
    await test(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

function gone(): Response {
  return new Response("not here", { status: 404 });
}

Deno.test("fileItem() takes an http: URL, whose server may know the type", async () => {
  function answer(type?: string): () => Response {
    return () =>
      new Response(new TextEncoder().encode("Hello"), {
        headers: type ? { "content-type": type } : {},
      });
  }
  await serving({
    "/typed.csv": answer("text/x-own; charset=utf-8"),
    "/unknown.csv": answer(RAW),
    "/silent%20.csv": answer(),
    "/": answer(),
  }, async (origin) => {
    const types = [
      ["/typed.csv?key=1", "text/x-own; charset=utf-8", "typed.csv"],
      ["/unknown.csv", "text/csv", "unknown.csv"],
      ["/silent%20.csv", "text/csv", "silent .csv"],
      ["/", RAW, new URL(origin).host],
    ] as const;
    for (const [place, mimeType, name] of types) {
      assertEquals(await told(new URL(place, origin)), {
        ...BASE,
        filepath: origin + place,
        objinfo: { name },
        mimeType,
        size: undefined,
      });
    }
  });
});

Deno.test("an address that fails is told without what may be secret in it", async () => {
  await serving({
    "/broken": () => new Response("", { status: 503 }),
  }, async (origin) => {
    const codes = [
      ["/nothing?key=secret", "file-not-found", "HTTP status 404"],
      ["/broken?key=secret", "file-not-readable", "HTTP status 503"],
    ] as const;
    for (const [place, code, why] of codes) {
      const { open } = fileItem(new URL(place, origin));
      const error = await assertRejects(
        () => open(never),
        ValidationException,
      );
      assertEquals(error.code, code);
      assert(error.message.endsWith(why));
      assert(!error.message.includes("secret"));
    }
  });
});

Deno.test("an address where nobody answers is told as unreadable", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const { open } = fileItem(new URL(`http://127.0.0.1:${port}/a`));
  const error = await assertRejects(() => open(never), ValidationException);
  assertEquals(error.code, "file-not-readable");
  assertInstanceOf(error.cause, TypeError);
});

Deno.test("each file has an object id of its own, unless it was given one", () => {
  const one = fileItem(text).objinfo.objectId;
  assertNotEquals(one, fileItem(text).objinfo.objectId);
  const given = { file: text, objinfo: { objectId: "mine" } };
  assertEquals(fileItem(given).objinfo.objectId, "mine");
});

const WRONG: readonly (readonly [string, unknown, string])[] = [
  ["nothing", undefined, "a value of type undefined"],
  ["null", null, "null"],
  ["a number", 7, "a value of type number"],
  ["an empty path", "", "without a path"],
  ["an object without content", { name: "a" }, "a value of type Object"],
  ["a Blob without a name", hello, "without a name"],
  ["a Blob in an entry without a name", { file: hello }, "without a name"],
  ["bytes", new Uint8Array(3), "a value of type Uint8Array"],
  ["an entry of bytes", { file: new Uint8Array(3) }, "Uint8Array"],
  ["an empty tuple", [], "a value of type undefined"],
  ["a stream without a name", { stream: hello.stream() }, "without a name"],
  ["a stream that is none", { name: "a", stream: 7 }, 'read "a"'],
  ["a name that is none", { file: text, name: 7 }, "name"],
  ["a media type that is none", { file: text, mimeType: 7 }, "media type"],
  ["objinfo that is none", [text, "text/plain"], "objinfo"],
];

for (const [name, input, words] of WRONG) {
  Deno.test(`fileItem() refuses ${name}`, () => {
    assertThrows(() => fileItem(input as FileInput), TypeError, words);
  });
}

Deno.test("fileItem() refuses a size that is none", () => {
  for (const size of [-1, 1.5, NaN]) {
    const input = { name: "a", stream: generated(), size };
    assertThrows(() => fileItem(input), RangeError, `size ${size}`);
  }
});

Deno.test("fileItem() refuses addresses that cannot be fetched", () => {
  const error = assertThrows(
    () => fileItem(new URL("ftp://user:secret@host/a.txt?b")),
    ValidationException,
    'Cannot read "ftp://host/a.txt"',
  );
  assertEquals(error.code, "not-supported");
});

Deno.test("a function that makes something else is told when it is called", async () => {
  const item = fileItem({ name: "a", stream: (() => 7) as never });
  await assertRejects(() => item.open(never), TypeError, 'Cannot read "a"');
});
