import { assertEquals, assertThrows } from "@std/assert";
import { createEngine } from "../../lib/engine/engine.ts";

const PAGE = "https://app.example.com";

/** What an engine tells the browser about a page. */
async function told(
  request: { method: string; origin?: string },
  corsOrigins?: readonly string[],
): Promise<Record<string, unknown>> {
  const engine = createEngine({ ...(corsOrigins && { corsOrigins }) });
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

for (const [method, refusal] of [["OPTIONS", 400], ["GET", 200]] as const) {
  Deno.test(`without a list, pages of any origin get answers to ${method}`, async () => {
    assertEquals(await told({ method, origin: PAGE }), {
      status: 200,
      origin: "*",
      credentials: null,
      vary: null,
    });
  });

  Deno.test(`pages of a listed origin get answers to ${method}`, async () => {
    const origins = ["http://localhost:3000", PAGE];
    assertEquals(await told({ method, origin: PAGE }, origins), {
      status: 200,
      origin: PAGE,
      credentials: "true",
      vary: "origin",
    });
  });

  Deno.test(`no others get answers to ${method}`, async () => {
    for (const origin of ["https://evil.test", `${PAGE}:8443`, "null"]) {
      assertEquals(await told({ method, origin }, [PAGE]), {
        status: refusal,
        origin: null,
        credentials: null,
        vary: "origin",
      });
    }
    const nobody = await told({ method, origin: PAGE }, []);
    assertEquals(nobody.origin, null);
  });
}

Deno.test("who is no page is answered whatever origins are listed", async () => {
  assertEquals(await told({ method: "GET" }, [PAGE]), {
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
  const { origin: allowed } = await told({ method: "GET", origin }, [origin]);
  assertEquals(allowed, origin);
});
