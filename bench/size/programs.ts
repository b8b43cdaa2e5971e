/** Programs whose sizes are watched: what they take from the root entry. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  "connect + use + send": "{ connect, use, send }",
  "connect + use + pipe": "{ connect, use, pipe }",
  "whole root entry": "*",
};
