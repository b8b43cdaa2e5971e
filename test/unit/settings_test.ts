import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { ValidationException } from "../../lib/errors.ts";
import type { ConnectOptions } from "../../lib/session/options.ts";
import { resolveSettings, withTarget } from "../../lib/session/connect.ts";
import { fakeClock } from "../support/fake_clock.ts";
import { scriptedTransport } from "../support/scripted_transport.ts";

const CLOUD = "https://api.rocketride.ai";

async function refused(options: ConnectOptions): Promise<ValidationException> {
  return await assertRejects(
    () => resolveSettings(options),
    ValidationException,
  );
}

Deno.test("address and credential come from the options first", async () => {
  const { url, auth } = await resolveSettings({
    uri: "localhost:1",
    auth: "mine",
    env: { ROCKETRIDE_URI: "localhost:2", ROCKETRIDE_APIKEY: "theirs" },
  });
  assertEquals([url.href, auth], ["ws://localhost:1/task/service", "mine"]);
});

Deno.test("address and credential come from the variables next", async () => {
  const env = { ROCKETRIDE_URI: "localhost:2", ROCKETRIDE_APIKEY: "theirs" };
  for (
    const given of [{}, { uri: undefined, auth: undefined }, {
      uri: "",
      auth: "",
    }]
  ) {
    const { url, auth } = await resolveSettings({ ...given, env });
    assertEquals([url.href, auth], ["ws://localhost:2/task/service", "theirs"]);
  }
});

Deno.test("without either it is RocketRide's cloud", async () => {
  const { url } = await resolveSettings({ auth: "mine", env: {} });
  assertEquals(url.href, `${CLOUD.replace("https", "wss")}/task/service`);
});

Deno.test("variables that are given are all there are", async () => {
  const env = { ROCKETRIDE_A: "1" };
  const settings = await resolveSettings({ uri: "localhost", env });
  assertEquals(await settings.env(), { ROCKETRIDE_A: "1" });
  // A later change of the caller's object is not ours.
  env.ROCKETRIDE_A = "2";
  assertEquals(await settings.env(), { ROCKETRIDE_A: "1" });
});

Deno.test("without any, those of the process are read, once", async () => {
  const names = ["ROCKETRIDE_URI", "ROCKETRIDE_APIKEY", "ROCKETRIDE_SETTINGS"];
  const before = names.map((name) => Deno.env.get(name));
  try {
    Deno.env.set("ROCKETRIDE_URI", "localhost:3");
    Deno.env.set("ROCKETRIDE_APIKEY", "from-process");
    Deno.env.set("ROCKETRIDE_SETTINGS", "first");
    const settings = await resolveSettings({});
    assertEquals(settings.url.port, "3");
    assertEquals(settings.auth, "from-process");
    Deno.env.set("ROCKETRIDE_SETTINGS", "second");
    assertEquals((await settings.env()).ROCKETRIDE_SETTINGS, "first");
  } finally {
    names.forEach((name, at) => {
      const value = before[at];
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    });
  }
});

Deno.test("a machine elsewhere is not reached without a credential", async () => {
  for (const uri of [undefined, CLOUD, "wss://example.com", "example.com"]) {
    const error = await refused({ uri, env: {} });
    assertEquals(error.code, "missing-credential");
    assertEquals(
      error.hint,
      "Give the auth option or set ROCKETRIDE_APIKEY, in the environment or in .env; on Deno, allow both to be read (--allow-env --allow-read=.env)",
    );
  }
});

Deno.test("this machine and this process need no credential", async () => {
  for (const uri of ["localhost", "127.0.0.1:1", "ws://[::1]", "x.localhost"]) {
    assertEquals((await resolveSettings({ uri, env: {} })).auth, "");
  }
  const transport = scriptedTransport();
  const { auth } = await resolveSettings({ uri: "x", transport, env: {} });
  assertEquals(auth, "");
});

Deno.test("a credential does not travel unencrypted to another machine", async () => {
  for (
    const uri of ["example.com", "ws://example.com", "http://10.0.0.1:5565"]
  ) {
    for (const auth of ["s3cret", () => "s3cret"]) {
      const error = await refused({ uri, auth, env: {} });
      assertEquals(error.code, "insecure-credential");
      assertFalse(Deno.inspect(error).includes("s3cret"));
      assert(
        error.message.includes(
          new URL(`ws://${error.message.split('"')[1]}`).host,
        ),
      );
    }
  }
});

Deno.test("it does when that is asked for, and it always does with TLS or on this machine", async () => {
  const auth = "mine";
  const allowed: ConnectOptions[] = [
    { uri: "example.com", insecure: true },
    { uri: "wss://example.com" },
    { uri: "https://example.com" },
    { uri: "ws://localhost" },
    { uri: "http://127.0.0.1" },
  ];
  for (const options of allowed) {
    assertEquals(
      (await resolveSettings({ ...options, auth, env: {} })).auth,
      auth,
    );
  }
});

Deno.test("a function is a credential, and is not asked yet", async () => {
  const auth = (): never => assert(false, "asked") as never;
  const settings = await resolveSettings({
    uri: "wss://example.com",
    auth,
    env: {},
  });
  assertStrictEquals(settings.auth, auth);
});

Deno.test("an address that is none is refused by the transport", async () => {
  for (const uri of ["ftp://x", "a b", "http://user:pass@x"]) {
    assertEquals(
      (await refused({ uri, auth: "k", env: {} })).code,
      "invalid-uri",
    );
  }
});

Deno.test("an address may be a URL object", async () => {
  const uri = new URL("https://example.com:1234/ignored");
  const { url } = await resolveSettings({ uri, auth: "k", env: {} });
  assertEquals(url.href, "wss://example.com:1234/task/service");
});

Deno.test("limits have their defaults: 30 s for what is short, none for what is long", async () => {
  const settings = await resolveSettings({ uri: "localhost", env: {} });
  assertEquals(
    [settings.requestTimeout, settings.longTimeout, settings.connectTimeout],
    [30_000, Infinity, 30_000],
  );
  assertEquals([settings.module, settings.insecure], [
    "rocketride-streams",
    false,
  ]);
});

Deno.test("a limit for calls bounds the long ones, too", async () => {
  const settings = await resolveSettings({
    uri: "localhost",
    env: {},
    requestTimeout: 5,
    timeout: Infinity,
  });
  assertEquals(
    [settings.requestTimeout, settings.longTimeout, settings.connectTimeout],
    [5, 5, Infinity],
  );
});

Deno.test("a limit that is none is refused", async () => {
  for (const wrong of [0, -1, NaN]) {
    for (const name of ["timeout", "requestTimeout"]) {
      const error = await assertRejects(
        () => resolveSettings({ uri: "localhost", env: {}, [name]: wrong }),
        RangeError,
      );
      assertEquals(
        error.message,
        `Cannot use ${name} ${wrong}: expected milliseconds above 0`,
      );
    }
    await assertRejects(
      () =>
        resolveSettings({
          uri: "localhost",
          env: {},
          heartbeat: { interval: wrong },
        }),
      RangeError,
    );
  }
});

Deno.test("a clock and a transport of the user's are used as they are", async () => {
  const clock = fakeClock();
  const transport = scriptedTransport();
  const settings = await resolveSettings({
    uri: "x",
    env: {},
    clock,
    transport,
    heartbeat: false,
  });
  assertStrictEquals(settings.clock, clock);
  assertStrictEquals(settings.transport, transport);
});

Deno.test("withTarget() changes address and credential, and nothing of the settings it was given", async () => {
  const settings = await resolveSettings({
    uri: "localhost",
    auth: "a",
    env: {},
  });
  const moved = withTarget(settings, { uri: "wss://example.com", auth: "b" });
  assertEquals([moved.url.hostname, moved.auth], ["example.com", "b"]);
  assertEquals([settings.url.hostname, settings.auth], ["localhost", "a"]);
  assertEquals(withTarget(settings), settings);
});
