/**
 * An app that is worth a test: it asks a model which team a customer's message
 * is for, and does not trust the model to know the teams.
 *
 * `triage_test.ts` tests it without a model, a key or a server.
 *
 * @module
 */
import {
  addExample,
  addInstruction,
  addQuestion,
  answers,
  chat,
  createQuestion,
  type Session,
  use,
} from "@rocketride/streams";
import pipeline from "./triage.pipe.json" with { type: "json" };

const TEAMS = ["billing", "shipping", "support"] as const;

/** A team that takes messages. */
export type Team = typeof TEAMS[number];

/** What is to be done with a message. */
export interface Triage {
  /** The team that it is for. */
  readonly team: Team;
  /** Whether the customer cannot wait. */
  readonly urgent: boolean;
}

/** Find out which team a customer's message is for; support when in doubt. */
export async function triage(
  session: Session,
  message: string,
): Promise<Triage> {
  const task = await use(session, { pipeline, useExisting: true });
  let question = createQuestion({ expectJson: true });
  question = addInstruction(question, "Teams", TEAMS.join(", "));
  question = addExample(question, "My parcel was not here by noon!", {
    team: "shipping",
    urgent: true,
  });
  question = addQuestion(question, message);
  const [answer] = answers(await chat(session, task, question));
  const { team, urgent } = Object(answer);
  return {
    team: TEAMS.find((known) => known === team) ?? "support",
    urgent: urgent === true,
  };
}
