import { type Pipeline, send, type Session, type Task } from "../../../mod.ts";

/** A pipeline that gives text back; each has an id of its own. */
export function echoPipeline(): Pipeline {
  return {
    project_id: crypto.randomUUID(),
    source: "in",
    components: [
      { id: "in", provider: "webhook", config: {} },
      {
        id: "out",
        provider: "response_text",
        config: {},
        input: [{ lane: "text", from: "in" }],
      },
    ],
  };
}

/** Send a text through it, and see what comes back. */
export async function sendText(
  session: Session,
  task: Task,
  text: string,
): Promise<string> {
  const result = await send(session, task, text, {
    mimeType: "text/plain",
  });
  return [result.text].flat().join("");
}
