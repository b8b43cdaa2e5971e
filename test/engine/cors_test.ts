import { assertEquals, assertThrows } from "@std/assert";
import { createEngine } from "../../lib/engine/engine.ts";
import type { EngineOptions } from "../../lib/engine/settings.ts";

const PAGE = "https://app.example.com";

/** What an engine tells the browser about a page. */
async function told(
  request: { method: string; origin?: string },
  options: Pick<EngineOptions, "auth" | "corsOrigins"> = {},
): Promise<Record<string, unknown>> {
  const engine = createEngine(options);
  const { method, origin } = request;
  const response = await engine.fetch(
    new Request("http://localhost/version", {
      method,
      headers: {
        ...(origin && { origin }),
        ...(method === "OPTIONS" && {
          "access-control-request-method": "POST",
        }),
      },
    }),
  );
  await response.body?.cancel();
  await engine.close();
  const { status, headers } = response;
  return {
    status,
    origin: headers.get("access-control-allow-origin"),
    credentials: headers.get("access-control-allow-credentials"),
    vary: headers.get("vary"),
  };
}

const KEYS = { auth: ["key"] };
const REFUSED = { status: 403, origin: null, credentials: null, vary: null };

for (const method of ["OPTIONS", "GET"]) {
  Deno.test(`with keys and without a list, pages of any origin get answers to ${method}`, async () => {
    assertEquals(await told({ method, origin: PAGE }, KEYS), {
      status: 200,
      origin: "*",
      credentials: null,
      vary: null,
    });
  });

  Deno.test(`without keys and without a list, no other origin gets answers to ${method}`, async () => {
    const others = [PAGE, "null", "https://localhost.evil.test", "nonsense"];
    for (const origin of others) {
      assertEquals(await told({ method, origin }), REFUSED, origin);
    }
  });

  for (const keys of [{}, KEYS]) {
    const how = "auth" in keys ? "with" : "without";
    Deno.test(`${how} keys, pages of a listed origin get answers to ${method}`, async () => {
      const corsOrigins = ["http://localhost:3000", PAGE];
      assertEquals(
        await told({ method, origin: PAGE }, { ...keys, corsOrigins }),
        { status: 200, origin: PAGE, credentials: "true", vary: "origin" },
      );
    });

    Deno.test(`${how} keys, no page that is not listed gets answers to ${method}`, async () => {
      for (const origin of ["https://evil.test", `${PAGE}:8443`, "null"]) {
        const options = { ...keys, corsOrigins: [PAGE] };
        assertEquals(await told({ method, origin }, options), REFUSED);
      }
      const nobody = { ...keys, corsOrigins: [] };
      assertEquals(await told({ method, origin: PAGE }, nobody), REFUSED);
    });
  }
}

Deno.test("a page of the engine's own origin is answered", async () => {
  for (const options of [{}, KEYS, { corsOrigins: [PAGE] }]) {
    const page = { method: "GET", origin: "http://localhost" };
    assertEquals((await told(page, options)).status, 200);
    // Encrypted by a proxy that stands before the engine.
    const secure = { method: "GET", origin: "https://localhost" };
    assertEquals((await told(secure, options)).status, 200);
  }
});

Deno.test("who is no page is answered whatever origins are listed", async () => {
  assertEquals(await told({ method: "GET" }, { corsOrigins: [PAGE] }), {
    status: 200,
    origin: null,
    credentials: null,
    vary: "origin",
  });
});

for (
  const origin of [
    "*",
    "",
    "null",
    "app.example.com",
    "https://app.example.com/",
    "https://app.example.com/path",
    "https://App.example.com",
    "https://app.example.com:443",
    "https://user@app.example.com",
    "file:///etc",
  ]
) {
  Deno.test(`"${origin}" is no origin to list`, () => {
    assertThrows(
      () => createEngine({ corsOrigins: [origin] }),
      TypeError,
      `Cannot use "${origin}" in corsOrigins`,
    );
  });
}

Deno.test("pages of apps and extensions have origins, too", async () => {
  const origin = "tauri://localhost";
  const { origin: allowed } = await told({ method: "GET", origin }, {
    corsOrigins: [origin],
  });
  assertEquals(allowed, origin);
});
