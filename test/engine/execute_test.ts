import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
} from "@std/assert";
import { dataPort, withEngine } from "../support/engine_rig.ts";
import { chain, testNode } from "../support/test_nodes.ts";

const PIPELINE = chain("text", "a=entry", "b=response_all");

Deno.test("execute answers ids, tokens and the source", async () => {
  await withEngine([], async ({ start }) => {
    const body = await start(PIPELINE);
    assertEquals(Object.keys(body), [
      "id",
      "token",
      "publicToken",
      "projectId",
      "source",
      "provider",
    ]);
    assertMatch(body.token, /^tk_[0-9a-f]{32}$/);
    assertMatch(body.publicToken, /^pk_[0-9a-f]{32}$/);
    assertEquals(body.id, `${body.token.slice(3, 11)}.a`);
    assertEquals(body.projectId, "project");
    assertEquals(body.source, "a");
    assertEquals(body.provider, "entry");
  });
});

Deno.test("the same pipeline, source and user give the same token", async () => {
  await withEngine([], async ({ client, start }) => {
    const first = await start(PIPELINE);
    await client.ok("terminate", { token: first.token });
    const second = await start(PIPELINE);
    assertEquals(second.token, first.token);
  });
});

Deno.test("without a project every start is a task of its own", async () => {
  await withEngine([], async ({ start }) => {
    const { project_id: _, ...pipeline } = PIPELINE;
    assertNotEquals(
      (await start(pipeline)).token,
      (await start(pipeline)).token,
    );
  });
});

Deno.test("a token of the caller's own is used as it is", async () => {
  await withEngine([], async ({ client, start }) => {
    const one = await start(PIPELINE, { token: "TS-PL-1" });
    assertEquals(one.token, "TS-PL-1");
    assertEquals(one.id, "TS-PL-1.a");
    // Project and source are the same; only the token tells them apart.
    const two = await start(PIPELINE, { token: "TS-PL-2" });
    assertEquals(two.token, "TS-PL-2");
    const { tasks } = await client.ok("rrext_get_tasks");
    assertEquals(tasks.length, 2);
  });
});

Deno.test("random tokens join a running task all the same", async () => {
  await withEngine([], async ({ client, start }) => {
    const first = await start(PIPELINE);
    const joined = await start(PIPELINE, { useExisting: true });
    assertEquals(joined.token, first.token);
    await client.ok("terminate", { token: first.token });
    const next = await start(PIPELINE);
    assertMatch(next.token, /^tk_[0-9a-f]{32}$/);
    assertNotEquals(next.token, first.token);
  }, { tokens: "random" });
});

Deno.test("a running task is not started twice", async () => {
  await withEngine([], async ({ client, start }) => {
    const first = await start(PIPELINE);
    assertEquals(
      await client.fails("execute", { pipeline: PIPELINE }),
      "Pipeline is already running.",
    );
    // The pipeline given is ignored then.
    const other = { ...PIPELINE, components: PIPELINE.components.slice(0, 1) };
    assertEquals(await start(other, { useExisting: true }), first);
    const { pipeline } = await client.ok("rrext_get_pipeline", first);
    assertEquals(pipeline, PIPELINE);
  });
});

Deno.test("many starts at once end up with one task", async () => {
  let starts = 0;
  const slow = testNode({
    provider: "slow",
    start: async () => {
      starts++;
      await Promise.resolve();
    },
  });
  await withEngine([slow], async ({ client, connect }) => {
    const other = await connect("other");
    const pipeline = chain("text", "a=entry", "b=slow");
    const args = { pipeline, useExisting: true, token: "TS-PL" };
    const bodies = await Promise.all(
      Array.from(
        { length: 16 },
        (_, index) => (index % 2 ? other : client).ok("execute", args),
      ),
    );
    assertEquals(starts, 1);
    for (const body of bodies) assertEquals(body, bodies[0]);
  });
});

Deno.test("a start during a stop waits for the stop and starts anew", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE);
    const stopped = client.ok("terminate", { token });
    const again = start(PIPELINE);
    await stopped;
    assertEquals((await again).token, token);
    const { state } = await client.ok("rrext_get_task_status", { token });
    assertEquals(state, 3);
  });
});

Deno.test("options out of range are refused before anything starts", async () => {
  await withEngine([], async ({ client }) => {
    const cases: [object, string][] = [
      [{ threads: 0 }, "'threads' must be a whole number from 1 to 64"],
      [{ threads: 65 }, "'threads' must be a whole number from 1 to 64"],
      [{ threads: 1.5 }, "'threads' must be a whole number from 1 to 64"],
      [{ threads: "4" }, "'threads' must be a whole number from 1 to 64"],
      [{ ttl: -1 }, "'ttl' must be a number of seconds from 0"],
      [{ ttl: "x" }, "'ttl' must be a number of seconds from 0"],
      [
        { pipelineTraceLevel: "loud" },
        "'pipelineTraceLevel' must be one of none, metadata, summary, full",
      ],
    ];
    for (const [args, message] of cases) {
      const fault = await client.fails("execute", {
        pipeline: PIPELINE,
        ...args,
      });
      assertEquals(fault, message);
    }
    assertEquals((await client.ok("rrext_get_tasks")).tasks, []);
  });
});

Deno.test("null options, args and unknown arguments do no harm", async () => {
  await withEngine([], async ({ start }) => {
    const body = await start(PIPELINE, {
      threads: null,
      ttl: null,
      pipelineTraceLevel: null,
      env: null,
      args: ["--trace=x"],
      teamId: "local",
      apikey: "left over from an old client",
    });
    assert(body.token);
  });
});

Deno.test("placeholders are filled from the caller, then from the engine", async () => {
  const seen: unknown[] = [];
  const spy = testNode({
    provider: "spy",
    start: ({ config }) => void seen.push(config),
  });
  await withEngine([spy], async ({ client, start }) => {
    const config = {
      own: "${ROCKETRIDE_OWN}",
      both: "<${ROCKETRIDE_BOTH}>",
      engine: "${ROCKETRIDE_ENGINE}",
      unknown: "${ROCKETRIDE_UNKNOWN}",
      template: "Dear ${name}, ${1 + 1}",
      nested: [{ deep: "${ROCKETRIDE_OWN}" }],
    };
    const pipeline = {
      components: [{ id: "a", provider: "spy", config }],
      source: "a",
      project_id: "p",
    };
    const { token } = await start(pipeline, {
      env: {
        ROCKETRIDE_OWN: 'a "quote"',
        ROCKETRIDE_BOTH: "caller",
        OTHER: "x",
      },
    });
    assertEquals(seen, [{
      own: 'a "quote"',
      both: "<caller>",
      engine: "from the engine",
      unknown: "${ROCKETRIDE_UNKNOWN}",
      template: "Dear ${name}, ${1 + 1}",
      nested: [{ deep: 'a "quote"' }],
    }]);
    const stored = await client.ok("rrext_get_pipeline", { token });
    assertEquals(stored.pipeline, pipeline);
  }, {
    env: { ROCKETRIDE_ENGINE: "from the engine", ROCKETRIDE_BOTH: "engine" },
  });
});

Deno.test("a caller in process may change its object after the start", async () => {
  await withEngine([], async ({ engine, client }) => {
    const { onMessage } = engine.accept({ send: () => {}, close: () => {} });
    const pipeline: Record<string, unknown> = structuredClone(PIPELINE);
    const args = { pipeline, token: "mine" };
    const request = { type: "request", seq: 1 } as const;
    onMessage({ ...request, command: "auth", arguments: {} });
    onMessage({ ...request, command: "execute", arguments: args });
    pipeline.name = "changed";
    const stored = await client.ok("rrext_get_pipeline", { token: "mine" });
    assertEquals(stored.pipeline, PIPELINE);
  });
});

Deno.test("the task's name tells what was given, then ids", async () => {
  await withEngine([], async ({ client, start }) => {
    const nameOf = async (body: { token: string }): Promise<string> => {
      const status = await client.ok("rrext_get_task_status", body);
      await client.ok("terminate", body);
      return status.name;
    };
    const source = { id: "a", provider: "entry", config: {} };
    const make = (component: object): typeof PIPELINE => ({
      components: [{ ...source, ...component }],
      source: "a",
      project_id: "p",
    });
    const plain = await start(make({}));
    assertEquals(await nameOf(plain), `${plain.id}.a`);
    const called = await start(make({ name: "Front door" }), { name: "demo" });
    assertEquals(await nameOf(called), "demo.Front door");
    const configured = await start(make({ config: { name: "Hall" } }), {
      name: "demo",
    });
    assertEquals(await nameOf(configured), "demo.Hall");
  });
});

Deno.test("threads limits how many pipes are open at once", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(PIPELINE, { threads: 1 });
    const port = dataPort(client, token);
    const first = await port.open();
    let opened = false;
    const second = port.open().then((id) => {
      opened = true;
      return id;
    });
    await client.ok("rrext_ping");
    assertEquals(opened, false);
    await port.close(first);
    assertEquals(await second, 0);
  });
});

Deno.test("the engine's maxPipes is the default and the limit of threads", async () => {
  await withEngine([], async ({ client }) => {
    assertEquals(
      await client.fails("execute", { pipeline: PIPELINE, threads: 3 }),
      "'threads' must be a whole number from 1 to 2",
    );
  }, { maxPipes: 2 });
});

Deno.test("a run of development is of the account's own team alone", async () => {
  await withEngine([], async ({ client, start }) => {
    await start(PIPELINE, { teamId: "local" });
    const other = { pipeline: PIPELINE, teamId: "other" };
    assertMatch(await client.fails("execute", other), /development team/);
  });
});
