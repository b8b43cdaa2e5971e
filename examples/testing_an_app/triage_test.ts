/**
 * Unit tests of an app: the real client and real pipelines, in process, with a
 * node of the test's own where the app has a model.
 *
 *     deno test examples/testing_an_app
 *
 * Runs on Deno.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { close, connect, type Session } from "@rocketride/streams";
import {
  createEngine,
  defineNode,
  type NodeDefinition,
} from "@rocketride/streams/engine";
import { triage } from "./triage.ts";

/** Stands for the model: answers as the test likes, and keeps the questions. */
function model(reply: unknown, asked: string[] = []): NodeDefinition {
  return defineNode({
    provider: "llm_openai",
    title: "A model for tests",
    description: "Gives the same answer to everything",
    classType: ["llm"],
    lanes: { questions: ["answers"] },
    start: () => ({
      instance: (pipe) => ({
        on: {
          async questions({ questions }): Promise<void> {
            asked.push(...questions.map(({ text }) => text ?? ""));
            await pipe.emit("answers", { answer: reply, expectJson: true });
          },
        },
      }),
    }),
  });
}

/** A session with an engine that has this model. */
async function withModel(
  node: NodeDefinition,
  test: (session: Session) => Promise<void>,
): Promise<void> {
  await using engine = createEngine({ nodes: [node] });
  const session = await connect({ transport: engine.transport(), env: {} });
  await test(session);
  await close(session);
}

Deno.test("the message reaches the model, and its answer decides", async () => {
  const asked: string[] = [];
  const node = model({ team: "billing", urgent: true }, asked);
  await withModel(node, async (session) => {
    assertEquals(await triage(session, "You charged me twice!"), {
      team: "billing",
      urgent: true,
    });
    assertEquals(asked, ["You charged me twice!"]);
  });
});

Deno.test("a team that does not exist is none", async () => {
  await withModel(model({ team: "astrology" }), async (session) => {
    assertEquals(await triage(session, "What are my stars?"), {
      team: "support",
      urgent: false,
    });
  });
});

Deno.test("a model that talks instead of answering does no harm", async () => {
  await withModel(model("As a language model, I…"), async (session) => {
    assertEquals((await triage(session, "Hello?")).team, "support");
  });
});
