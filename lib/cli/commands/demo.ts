import { Command } from "commander";
import { close, connect, send, terminate, use } from "../../../mod.ts";
import { examples } from "../connection.ts";
import { plain } from "../output.ts";
import { type ConnectionFlags, withAction, withJson } from "../run.ts";
import { valueText } from "../send_inputs.ts";

/** The text that is sent by default. */
const SAMPLE = `# Moons

| moon   | planet  |
| ------ | ------- |
| Io     | Jupiter |
| Titan  | Saturn  |
| Triton | Neptune |
`;

/** Returns the text that it receives. */
const PIPELINE = {
  project_id: "rocketride-demo",
  name: "Demo",
  source: "webhook_1",
  components: [
    {
      id: "webhook_1",
      provider: "webhook",
      config: { mode: "Source", type: "webhook", parameters: {} },
    },
    {
      id: "response_text_1",
      provider: "response_text",
      config: {},
      input: [{ lane: "text", from: "webhook_1" }],
    },
  ],
};

/** `demo`: run a pipeline in this process, step by step. */
export function demoCommand(): Command {
  const command = new Command("demo")
    .description("Run a small pipeline in this process, step by step.")
    .argument("[text...]", "a text to send")
    .addHelpText(
      "after",
      examples([
        ["rocketride demo", "see that everything works"],
        ["rocketride demo Hello there", "with a text of your own"],
      ]),
    );
  return withAction<ConnectionFlags>(withJson(command), async (run, words) => {
    const { out, signal } = run;
    const { bold, green } = out.colors;
    const { createEngine } = await import("../../engine/mod.ts");
    const started = performance.now();
    const step = async (text: string): Promise<void> => {
      const ms = (performance.now() - started).toFixed(0).padStart(5);
      await out.line(`${green("✓")} ${ms} ms  ${text}`);
    };
    const engine = createEngine();
    run.defer(() => engine.close());
    const transport = engine.transport();
    const session = await connect({ transport, env: {}, signal });
    run.defer(() => close(session));
    await step("connect: a session with an engine in this process");
    const task = await use(session, { pipeline: PIPELINE, signal });
    await step("use: a pipeline of two nodes runs, webhook → response_text");
    const text = words.length > 0 ? words.join(" ") : SAMPLE;
    const result = await send(session, task, text, {
      objinfo: { name: "demo.txt" },
      signal,
    });
    await step("send: a text went through, and its result came back");
    await terminate(session, task);
    await step("terminate: the pipeline has ended");
    await out.result({ sent: text, result });
    await out.line();
    await out.line(bold("result.text:"));
    await out.line(plain((result.text ?? []).map(valueText).join("\n")));
    await out.line();
    await out.line(
      "Next: rocketride new my-app, or rocketride engine and rocketride --help",
    );
  });
}
