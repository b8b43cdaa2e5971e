import type { Pipeline } from "@rocketride/streams";

/** The credential of a session. */
export const AUTH = "canaryAuth7f3a9cQ2";
/** A credential that is refused. */
export const WRONG = "canaryWrong5b1e8dX4";
/** The durable credential that a server gives for one. */
export const DURABLE = "canaryDurable3c6a2bW9";
/** What variables hold that pipelines use. */
export const VARIABLE = "canaryEnv5d2b8eZ7";
/** What a variable holds that no pipeline uses. */
export const UNUSED = "canaryUnused4a9d1fV3";
/** What a variable of the engine holds. */
export const SERVER = "canaryServer8f2e5bT6";
/** A credential that stands in a pipeline as it is. */
export const LITERAL = "canaryPipe1c6f4dY8";
/** What is sent. */
export const PAYLOAD = "canaryPayload9e4c7aK5";
/** The variables of a session. */
export const ENV: Readonly<Record<string, string>> = {
  ROCKETRIDE_PASSWORD: VARIABLE,
  ROCKETRIDE_DB: `postgres://user:${VARIABLE}@db:5432/x`,
  ROCKETRIDE_HEADER: `Bearer ${VARIABLE}`,
  ROCKETRIDE_APIKEY: AUTH,
  ROCKETRIDE_UNUSED: UNUSED,
};

/** A pipeline that uses the variables in the usual places. */
export const PIPELINE: Pipeline = {
  project_id: "canary",
  source: "in",
  description: "uses ${ROCKETRIDE_PASSWORD}",
  components: [
    { id: "in", provider: "webhook", config: {} },
    {
      id: "leaky",
      provider: "leaky",
      config: {
        apikey: LITERAL,
        password: "${ROCKETRIDE_PASSWORD}",
        url: "${ROCKETRIDE_DB}",
        headers: { Authorization: "${ROCKETRIDE_HEADER}" },
        own: "${ROCKETRIDE_APIKEY}",
        server: "${ROCKETRIDE_SERVER}",
      },
      input: [{ lane: "text", from: "in" }],
    },
    {
      id: "out",
      provider: "response_text",
      config: {},
      input: [{ lane: "text", from: "leaky" }],
    },
  ],
};
