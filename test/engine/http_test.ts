import { assert, assertEquals, assertMatch } from "@std/assert";
import { TEXT } from "../support/pipelines.ts";
import {
  type ServedEngine,
  withServedEngine,
} from "../support/served_engine.ts";

const pipeline = { ...TEXT, project_id: "http" };
const authorization = "Bearer key";

type Json = Record<string, unknown>;

async function ask(
  { origin }: ServedEngine,
  path: string,
  init: RequestInit = {},
): Promise<[number, Json]> {
  const headers = { authorization, ...init.headers as Record<string, string> };
  const response = await fetch(origin + path, { ...init, headers });
  return [response.status, await response.json()];
}

async function start(served: ServedEngine): Promise<string> {
  const [status, { data }] = await ask(served, "/task?threads=1", {
    method: "POST",
    body: JSON.stringify({ pipeline }),
  });
  assertEquals(status, 200);
  return (data as { token: string }).token;
}

Deno.test("a task is started, looked at and ended by HTTP", () =>
  withServedEngine({}, async (served) => {
    const token = await start(served);
    const again = await ask(served, "/task", {
      method: "POST",
      body: JSON.stringify(pipeline),
    });
    assertEquals(again[0], 400);
    const { message } = again[1].error as Json;
    assertEquals(message, "Pipeline is already running.");
    const [, status] = await ask(served, `/task?token=${token}`);
    assertEquals((status.data as Json).state, 3);
    const ended = await ask(served, `/task?token=${token}`, {
      method: "DELETE",
    });
    assertEquals(ended, [200, { status: "OK" }]);
    const [gone, error] = await ask(served, "/task?token=tk_no", {
      method: "DELETE",
    });
    assertEquals([gone, error.status], [400, "Error"]);
  }));

for (const path of ["/task/data", "/webhook"]) {
  Deno.test(`a body posted to ${path} is one object`, () =>
    withServedEngine({}, async (served) => {
      const token = await start(served);
      const [status, body] = await ask(served, `${path}?token=${token}`, {
        method: "POST",
        body: "Hello",
        headers: {
          "content-type": "Text/Plain; charset=utf-8",
          "content-disposition": 'attachment; filename="a%20b.txt"',
        },
      });
      assertEquals(status, 200);
      const data = body.data as { objects: { body: Json } } & Json;
      const { objectId, ...object } = data.objects.body;
      assertEquals(typeof objectId, "string");
      assertEquals({ ...data, objects: { body: object } }, {
        objectsRequested: 1,
        objectsCompleted: 1,
        resultTypes: { text: "text" },
        objects: {
          body: {
            text: ["Hello\n\n"],
            name: "a b.txt",
            path: "",
            status: "OK",
          },
        },
      });
    }));
}

Deno.test("the old names of the paths work, and what the query asks for is done", () =>
  withServedEngine({}, async (served) => {
    const [status, { data }] = await ask(
      served,
      "/task?token=tk_mine&threads=1&trace=metadata",
      { method: "PUT", body: JSON.stringify(pipeline) },
    );
    assertEquals([status, data], [200, { token: "tk_mine" }]);
    const [, sent] = await ask(served, "/task/process?token=tk_mine", {
      method: "PUT",
      body: "Hello",
      headers: { "content-type": "text/plain" },
    });
    assertEquals((sent.data as Json).objectsCompleted, 1);
    // A key of the task itself need not name it.
    const [, own] = await ask(served, "/webhook", {
      method: "POST",
      body: "Hello",
      headers: { authorization: "Bearer tk_mine" },
    });
    assertEquals((own.data as Json).objectsCompleted, 1);
  }));

Deno.test("failures have the engine's words, and the place where they happened", () =>
  withServedEngine({}, async (served) => {
    const asked = [
      ["/services?service=ghost", "GET", "Service 'ghost' not found"],
      ["/task?token=tk_no", "GET", "Your pipeline is not running"],
      ["/task", "DELETE", "Task token is required"],
    ] as const;
    for (const [path, method, words] of asked) {
      const [status, body] = await ask(served, path, { method });
      assertEquals([status, body.status], [400, "Error"], path);
      const { message, file, lineno } = body.error as Json;
      assert(String(message).startsWith(words), String(message));
      assertEquals([typeof file, typeof lineno], ["string", "number"]);
    }
  }));

Deno.test("every part of a form is an object", () =>
  withServedEngine({}, async (served) => {
    const token = await start(served);
    const form = new FormData();
    form.append("f", new File(["one"], "one.txt", { type: "text/plain" }));
    form.append("f", new File(["two"], "two.txt", { type: "text/plain" }));
    form.append("note", "three");
    const [, { data }] = await ask(served, `/task/data?token=${token}`, {
      method: "POST",
      body: form,
    });
    const { objects, objectsCompleted } = data as {
      objects: Record<string, { text: string[]; name: string }>;
      objectsCompleted: number;
    };
    assertEquals(objectsCompleted, 3);
    assertEquals(Object.keys(objects), ["f_0", "f_1", "note"]);
    assertEquals(objects.f_1!.text, ["two\n\n"]);
    assertEquals(objects.f_1!.name, "two.txt");
    assertMatch(objects.note!.name, /^note-[0-9a-f-]{36}$/);
  }));

/** What the header says, and the name that it gives an object. */
const NAMED: readonly (readonly [header: string, name: string])[] = [
  ['attachment; filename="report; final.txt"', "report; final.txt"],
  ['form-data; name="myfilename=evil"; filename="ok.txt"', "ok.txt"],
  ['form-data; name="a; filename=evil"; filename=ok.txt', "ok.txt"],
  ["attachment; filename*=UTF-8''%e2%82%ac%20rates.txt", "€ rates.txt"],
  ["attachment; filename*=iso-8859-1'en'%A3.txt", "£.txt"],
  [
    "attachment; filename=\"EURO.txt\"; filename*=utf-8''%e2%82%ac.txt",
    "€.txt",
  ],
  // Decoded once: the name itself has the percent sign.
  ["attachment; filename*=UTF-8''100%2525.txt", "100%25.txt"],
  ['attachment; filename="a \\"quoted\\" name.txt"', 'a "quoted" name.txt'],
  ["attachment; FileName = plain.txt ; x=y", "plain.txt"],
  ["attachment; filename=it's.txt", "it's.txt"],
  ['attachment; filename="%C3%BC.txt"', "ü.txt"],
  ['attachment; filename="50% off.txt"', "50% off.txt"],
  ['attachment; filename="\u00c3\u00bc.txt"', "ü.txt"],
  ['attachment; filename="\u00fc.txt"', "ü.txt"],
];

Deno.test("the name of a body is what its header says", () =>
  withServedEngine({}, async (served) => {
    const token = await start(served);
    for (const [header, name] of NAMED) {
      const [, { data }] = await ask(served, `/task/data?token=${token}`, {
        method: "POST",
        body: "Hello",
        headers: {
          "content-type": "text/plain",
          "content-disposition": header,
        },
      });
      const { objects } = data as { objects: { body: Json } };
      assertEquals(objects.body.name, name, header);
    }
  }));

Deno.test("a header that names no file leaves a body a name of its own", () =>
  withServedEngine({}, async (served) => {
    const token = await start(served);
    for (
      const header of ["attachment", 'attachment; filename=""', ";;=", "x"]
    ) {
      const [, { data }] = await ask(served, `/task/data?token=${token}`, {
        method: "POST",
        body: "Hello",
        headers: { "content-disposition": header },
      });
      const { objects } = data as { objects: { body: Json } };
      assertMatch(String(objects.body.name), /^stream-[0-9a-f-]{36}$/, header);
    }
  }));

Deno.test("every part of a form has a result, whatever the fields are called", () =>
  withServedEngine({}, async (served) => {
    const token = await start(served);
    const send = async (names: readonly string[]): Promise<string[]> => {
      const form = new FormData();
      for (const [at, name] of names.entries()) form.append(name, `text ${at}`);
      const [, { data }] = await ask(served, `/task/data?token=${token}`, {
        method: "POST",
        body: form,
      });
      const { objects, objectsRequested, objectsCompleted } = data as {
        objects: Record<string, { text: string[] }>;
        objectsRequested: number;
        objectsCompleted: number;
      };
      assertEquals([objectsRequested, objectsCompleted], [
        names.length,
        names.length,
      ]);
      const texts = Object.values(objects).map(({ text }) => text[0]);
      assertEquals(texts, names.map((_, at) => `text ${at}\n\n`));
      return Object.keys(objects);
    };
    // A field that stands alone keeps its name.
    assertEquals(await send(["a", "a", "a_0"]), ["a_1", "a_2", "a_0"]);
    assertEquals(await send(["a_1", "a", "a"]), ["a_1", "a_0", "a_2"]);
    assertEquals(await send(["a", "a_0", "a", "a_0"]), [
      "a_0",
      "a_0_0",
      "a_1",
      "a_0_1",
    ]);
    assertEquals(await send(["__proto__", "constructor"]), [
      "__proto__",
      "constructor",
    ]);
  }));

Deno.test("a form that is too large is refused, whether it tells its size or not", () =>
  withServedEngine({}, async ({ engine }) => {
    const chunk = new Uint8Array(1024 * 1024);
    let taken = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller): void {
        taken++;
        controller.enqueue(chunk);
      },
    });
    const response = await engine.fetch(
      new Request("http://localhost/task/data?token=tk_1", {
        method: "POST",
        body,
        duplex: "half",
        headers: {
          authorization,
          "content-type": "multipart/form-data; boundary=b",
        },
      } as RequestInit),
    );
    assertEquals(response.status, 400);
    const { error } = await response.json();
    assertMatch(error.message, /67108864 bytes at most/);
    assert(taken < 70, `${taken} MiB were taken`);
  }));

Deno.test("a stranger cannot fill the memory with a pipeline", () =>
  withServedEngine({ auth: ["secret"] }, async ({ engine }) => {
    const chunk = new TextEncoder().encode(" ".repeat(1024 * 1024));
    let taken = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller): void {
        taken++;
        // Endless would be as good a test, but would not end when it fails.
        if (taken > 64) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const request = new Request("http://localhost/pipe/validate", {
      method: "POST",
      body,
      duplex: "half",
    } as RequestInit);
    const response = await engine.fetch(request);
    assertEquals(response.status, 400);
    const { error } = await response.json();
    assertMatch(error.message, /16777216 bytes at most/);
    assert(taken < 20, `${taken} MiB were taken`);
  }));

Deno.test("an object that fails is told in its place, with status 200", () =>
  withServedEngine({}, async (served) => {
    const [status, { data }] = await ask(served, "/task/data?token=tk_no", {
      method: "POST",
      body: "Hello",
    });
    assertEquals(status, 200);
    const { objectsCompleted, objects } = data as {
      objectsCompleted: number;
      objects: { body: { status: string; error: Json } };
    };
    assertEquals(objectsCompleted, 0);
    assertEquals(objects.body.status, "Error");
    assertEquals(objects.body.error.message, "Your pipeline is not running");
  }));

Deno.test("text of many chunks is cut after lines only", () =>
  withServedEngine({}, async (served) => {
    const token = await start(served);
    const line = "ä".repeat(499) + "\n";
    const body = new Blob([line.repeat(2_000)]).stream();
    const init = {
      method: "POST",
      body,
      duplex: "half",
      headers: { "content-type": "text/plain" },
    };
    const [, { data }] = await ask(served, `/task/data?token=${token}`, init);
    const { objects } = data as { objects: { body: { text: string[] } } };
    const text = objects.body.text.join("");
    assertEquals(text.replaceAll("\n\n\n", "\n"), line.repeat(2_000));
    assertEquals(text.split("\n\n\n").length, 3);
  }));

Deno.test("a field of a form of 1,024 KiB is one write", () =>
  withServedEngine({}, async (served) => {
    const token = await start(served);
    const text = "ä".repeat(511) + "\n\n";
    const body = new FormData();
    body.append("field", new Blob([text.repeat(1024)], { type: "text/plain" }));
    const init = { method: "POST", body };
    const [, { data }] = await ask(served, `/task/data?token=${token}`, init);
    const { objects } = data as { objects: { field: { text: string[] } } };
    assertEquals(objects.field.text, [`${text.repeat(1024)}\n\n`]);
  }));

Deno.test("the public routes need no credential", () =>
  withServedEngine({ auth: ["key"] }, async ({ origin }) => {
    for (const path of ["/version", "/ping", "/services"]) {
      const response = await fetch(origin + path);
      assertEquals(response.status, 200, path);
      assertEquals((await response.json()).status, "OK");
    }
    const response = await fetch(`${origin}/pipe/validate`, {
      method: "POST",
      body: JSON.stringify({
        source: "in",
        components: [{ id: "in", provider: "no_such_node", config: {} }],
      }),
    });
    const { data } = await response.json();
    assert(data.errors.length > 0);
    const one = await fetch(`${origin}/services?service=parse`);
    assertEquals((await one.json()).data.title, "Parser");
  }));

Deno.test("strangers are refused, in the form that they like", () =>
  withServedEngine({ auth: ["secret"] }, async (served) => {
    const { origin } = served;
    for (const headers of [{}, { authorization: "Bearer wrong" }]) {
      for (const path of ["/task?token=x", "/no/such/path", "/status"]) {
        const response = await fetch(origin + path, { headers });
        assertEquals(response.status, 401, path);
        assertEquals(await response.json(), {
          status: "Error",
          error: { error: "Access denied" },
        });
      }
    }
    const plain = await fetch(`${origin}/status`, {
      headers: { accept: "text/plain" },
    });
    assertEquals(await plain.text(), "Access denied");
    const page = await fetch(`${origin}/status`, {
      headers: { accept: "text/html" },
    });
    assertMatch(await page.text(), /<h1>Access denied/);
    const [gone] = await ask(served, "/status", {
      headers: { authorization: "tk_gone" },
    });
    assertEquals(gone, 400);
    const known = { headers: { authorization: "secret" } };
    assertEquals((await ask(served, "/status", known))[0], 200);
    assertEquals(await ask(served, "/no/such/path", known), [404, {
      detail: "Not Found",
    }]);
    const query = await fetch(`${origin}/status?auth=secret`);
    assertEquals((await query.json()).status, "OK");
    const header = await fetch(`${origin}/task?token=x&auth=secret`);
    assertEquals(header.status, 422);
    await header.body?.cancel();
  }));

Deno.test("who has a credential learns how long the engine has been up", () =>
  withServedEngine({}, async (served) => {
    const before = Date.now() / 1_000;
    const [status, { data }] = await ask(served, "/status");
    assertEquals(status, 200);
    const { server } = data as {
      server: { version: string; startTime: number; uptime: number };
    };
    assertEquals(typeof server.version, "string");
    assert(server.uptime >= 0);
    assert(Math.abs(server.startTime + server.uptime - before) < 60);
  }));

Deno.test("requests that lack something are told what", () =>
  withServedEngine({}, async (served) => {
    const [status, { detail }] = await ask(served, "/task");
    assertEquals(status, 422);
    assertEquals((detail as Json[])[0]!.loc, ["query", "token"]);
    const bad = await ask(served, "/task", { method: "POST", body: "{" });
    assertEquals(bad[0], 422);
    const many = await ask(served, "/task?threads=65", {
      method: "POST",
      body: "{}",
    });
    assertEquals(many[0], 422);
    assertEquals(
      (await ask(served, "/services", { method: "DELETE" }))[0],
      405,
    );
  }));

Deno.test("pages of any origin may ask and read", () =>
  withServedEngine({ auth: ["secret"] }, async ({ origin }) => {
    const preflight = await fetch(`${origin}/task/data`, {
      method: "OPTIONS",
      headers: {
        origin: "https://example.com",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization",
      },
    });
    assertEquals(preflight.status, 200);
    const { headers } = preflight;
    assertEquals(headers.get("access-control-allow-origin"), "*");
    assertEquals(headers.get("access-control-allow-headers"), "authorization");
    assertEquals(headers.get("access-control-max-age"), "600");
    await preflight.body?.cancel();
    const refused = await fetch(`${origin}/task?token=x`);
    assertEquals(refused.headers.get("access-control-allow-origin"), "*");
    await refused.body?.cancel();
  }));

Deno.test("an upload that is given up frees its slot", () =>
  withServedEngine({}, async (served) => {
    const token = await start(served);
    const controller = new AbortController();
    const body = new ReadableStream<Uint8Array>({
      pull(stream): void {
        stream.enqueue(new Uint8Array(1024));
        controller.abort();
      },
    }, { highWaterMark: 0 });
    const { signal } = controller;
    await ask(served, `/task/data?token=${token}`, {
      method: "POST",
      body,
      signal,
      duplex: "half",
    } as RequestInit).catch(() => {});
    const [, { data }] = await ask(served, `/task/data?token=${token}`, {
      method: "POST",
      body: "Next",
      headers: { "content-type": "text/plain" },
    });
    assertEquals((data as Json).objectsCompleted, 1);
  }));
