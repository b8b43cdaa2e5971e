import { assert, assertEquals } from "@std/assert";
import { liveness, type Watched, watchPipes } from "../../lib/pipe/watchdog.ts";
import type { PipeException } from "../../lib/errors.ts";
import { coreOf } from "../../lib/session/core.ts";
import type { Attachment } from "../../lib/session/attachments.ts";
import type { Script } from "../support/scripted_server.ts";
import { gate, type PipeServer, pipeServer } from "../support/pipe_server.ts";
import { hinted } from "../support/hinted.ts";

/** A pipe that only notes what it is told. */
class Patient implements Watched {
  readonly token = "tk_1";
  pipeId: number | undefined = 1;
  waiting = false;
  isOpened = true;
  sentAt = 0;
  taken = 0;
  readonly told: string[] = [];
  error: PipeException | undefined;

  paused(isIdle: boolean): void {
    this.told.push(isIdle ? "idle" : "quiet");
  }

  forgotten(error: PipeException): void {
    this.told.push("dead");
    this.error = error;
  }
}

interface Case {
  readonly server: PipeServer;
  readonly patient: Patient;
  readonly liveness: {
    /** The producer writes something. */
    wrote(): void;
    /** A request leaves. */
    sent(): void;
    stop(): void;
  };
  /** Let seconds pass. */
  pass(seconds: number): Promise<void>;
  /** How often the task's status was asked for. */
  polls(): number;
}

async function withPatient(
  script: Script,
  body: (it: Case) => Promise<void>,
): Promise<void> {
  await using server = await pipeServer(script);
  const { clock } = server;
  const core = coreOf(server.session);
  const patient = new Patient();
  patient.sentAt = clock.now();
  const tick = liveness(core, patient);
  const attachment: Attachment = {
    tick,
    release: () => Promise.resolve(),
    lost(): void {},
  };
  core.attachments.add(attachment);
  watchPipes(core);
  function stop(): void {
    patient.waiting = patient.isOpened = false;
    core.attachments.delete(attachment);
  }
  try {
    await body({
      server,
      patient,
      liveness: {
        wrote: () => patient.taken++,
        sent: () => patient.sentAt = clock.now(),
        stop,
      },
      pass: (seconds) => server.clock.advance(seconds * 1_000),
      polls: () => server.log().length,
    });
  } finally {
    stop();
  }
}

const RUNNING: Script = {
  rrext_get_task_status: () => ({ state: 3, completed: false }),
};

Deno.test("a pipe is notified of 20 s of quiet, until something is written", async () => {
  await withPatient({}, async ({ patient, liveness, pass }) => {
    liveness.wrote();
    await pass(24);
    assertEquals(patient.told, []);
    await pass(1);
    assertEquals(patient.told, ["quiet"]);
    await pass(10);
    assertEquals(patient.told, ["quiet", "quiet", "quiet"]);
    liveness.wrote();
    liveness.sent();
    await pass(24);
    assertEquals(patient.told.length, 3);
    await pass(1);
    assertEquals(patient.told.length, 4);
  });
});

Deno.test("a producer that writes now and then is never quiet", async () => {
  await withPatient({}, async ({ patient, liveness, pass }) => {
    for (let i = 0; i < 20; i++) {
      liveness.wrote();
      liveness.sent();
      await pass(15);
    }
    assertEquals(patient.told, []);
  });
});

Deno.test("an idle pipe is touched between 40 s and 45 s after its last request", async () => {
  await withPatient({}, async ({ patient, liveness, pass }) => {
    const touches = (): number =>
      patient.told.filter((it) => it === "idle").length;
    await pass(3);
    liveness.sent();
    await pass(36);
    assertEquals(touches(), 0);
    await pass(9);
    assertEquals(touches(), 1);
    liveness.sent();
    await pass(39);
    assertEquals(touches(), 1);
    await pass(6);
    assertEquals(touches(), 2);
  });
});

Deno.test("a pipe that waits for an answer is neither quiet nor idle", async () => {
  await withPatient(RUNNING, async ({ patient, liveness, pass }) => {
    liveness.sent();
    patient.waiting = true;
    await pass(300);
    assertEquals(patient.told, []);
  });
});

Deno.test("the task is looked after when an answer takes 15 s, and every 15 s from then on", async () => {
  await withPatient(RUNNING, async (it) => {
    it.liveness.sent();
    it.patient.waiting = true;
    await it.pass(14);
    assertEquals(it.polls(), 0);
    await it.pass(1);
    assertEquals(it.polls(), 1);
    await it.pass(14);
    assertEquals(it.polls(), 1);
    await it.pass(16);
    assertEquals(it.polls(), 3);
    const [poll] = it.server.requests;
    assertEquals(poll?.token, "tk_1");
    assertEquals(poll?.arguments, { token: "tk_1" });
    assertEquals(it.patient.told, []);
  });
});

Deno.test("a request that leaves starts the wait anew", async () => {
  await withPatient(RUNNING, async (it) => {
    it.patient.waiting = true;
    for (let i = 0; i < 5; i++) {
      it.liveness.sent();
      await it.pass(10);
    }
    assertEquals(it.polls(), 0);
  });
});

Deno.test("a task that has ended is told with the engine's words", async () => {
  const statuses: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ state: 6, completed: true, exitMessage: "Crashed" }, "Crashed"],
    [{ state: 5, completed: true, status: "Stopped" }, "Stopped"],
    [{ state: 4, completed: false, status: "Stopping" }, "Stopping"],
    [{ state: 5, completed: true, exitMessage: "" }, "Task has ended"],
    [{ state: 3, completed: true, status: "Odd" }, "Odd"],
    [{ state: 2, completed: false, status: "Restarting" }, "Restarting"],
  ];
  for (const [status, message] of statuses) {
    const script: Script = { rrext_get_task_status: () => status };
    await withPatient(script, async ({ patient, pass }) => {
      patient.waiting = true;
      await pass(15);
      assertEquals(patient.told, ["dead"]);
      const { error } = patient;
      assertEquals(error?.message, hinted(message, error?.hint));
      assertEquals(patient.error?.code, "task-ended");
    });
  }
});

Deno.test("a task that may still be starting has not ended before it is up", async () => {
  const expected = ["dead", "alive", "alive", "alive", "dead", "dead", "dead"];
  for (const [state, outcome] of expected.entries()) {
    const script: Script = {
      rrext_get_task_status: () => ({ state, completed: false }),
    };
    await withPatient(script, async ({ patient, pass }) => {
      patient.pipeId = undefined;
      patient.waiting = true;
      await pass(15);
      assertEquals(patient.told, outcome === "dead" ? ["dead"] : []);
    });
  }
});

Deno.test("a task that the engine has forgotten has ended", async () => {
  const script: Script = {
    rrext_get_task_status(): never {
      throw new Error("Your pipeline is not running");
    },
  };
  await withPatient(script, async ({ patient, pass }) => {
    patient.waiting = true;
    await pass(15);
    assertEquals(
      patient.error?.message,
      hinted("Your pipeline is not running", patient.error?.hint),
    );
    assertEquals(patient.error?.code, "task-ended");
    assert(patient.error?.hint);
  });
});

Deno.test("an engine that will not tell the status says nothing about the task", async () => {
  const scripts: readonly Script[] = [
    { rrext_get_task_status: () => ({ nonsense: true }) },
    {
      rrext_get_task_status(): never {
        throw new Error("Permission 'task.monitor' denied");
      },
    },
    {},
  ];
  for (const script of scripts) {
    await withPatient(script, async ({ patient, pass, polls }) => {
      patient.waiting = true;
      await pass(45);
      assertEquals(patient.told, []);
      assertEquals(polls(), 3);
    });
  }
});

Deno.test("the status is not asked for twice at once", async () => {
  const status = gate();
  const script: Script = { rrext_get_task_status: status.handler };
  await withPatient(script, async ({ patient, pass, polls }) => {
    patient.waiting = true;
    await pass(29);
    assertEquals(polls(), 1);
    await status.answer({ state: 3, completed: false });
    await pass(1);
    assertEquals(polls(), 2);
  });
});

Deno.test("an end that is told after the answer came, or after the pipe was over, does not count", async () => {
  for (const over of [false, true]) {
    const status = gate();
    const script: Script = { rrext_get_task_status: status.handler };
    await withPatient(script, async ({ patient, liveness, pass }) => {
      patient.waiting = true;
      await pass(15);
      if (over) liveness.stop();
      else patient.waiting = false;
      await status.answer({ state: 5, completed: true });
      assertEquals(patient.told, []);
    });
  }
});

Deno.test("nothing happens after the pipe is over, and its timer ends at the next tick", async () => {
  await withPatient(RUNNING, async ({ server, patient, liveness, pass }) => {
    const before = server.clock.timers;
    liveness.stop();
    patient.waiting = true;
    await pass(5);
    assertEquals(server.clock.timers, before - 1);
    await pass(115);
    patient.waiting = false;
    await pass(120);
    assertEquals(patient.told, []);
    assertEquals(server.log(), []);
  });
});

Deno.test("looking after a pipe never keeps a process alive", async () => {
  await withPatient(RUNNING, async ({ server, liveness, pass }) => {
    await pass(7);
    const { timers, refTimers } = server.clock;
    liveness.stop();
    await pass(5);
    assertEquals(server.clock.timers, timers - 1);
    assertEquals(server.clock.refTimers, refTimers);
  });
});
