import type { Start } from "../options.ts";

type Provider = "webhook" | "chat" | "dropper";

interface Source {
  readonly ready: string;
  readonly urlText: string;
  readonly button?: string;
}

const SOURCES: Readonly<Record<Provider, Source>> = {
  webhook: {
    ready: "Webhook ready - system is ready to accept requests",
    urlText: "Webhook interface URL",
  },
  chat: {
    ready: "Chat ready - system is ready to accept questions",
    urlText: "Chat interface URL",
    button: "Chat now",
  },
  dropper: {
    ready: "Dropper ready - system is ready to process files",
    urlText: "Dropper interface URL",
    button: "Drop now",
  },
};

/**
 * The sources `webhook`, `chat` and `dropper`: the engine puts what clients
 * send on their lanes, and it passes through unchanged.
 *
 * The note tells how to reach the source. `{host}` stays literal: viewers fill
 * it in. A server also adds `token-text` and `token-key` with the task's
 * private token. They are left out here, because anyone who may read the status
 * could use them to control the task.
 */
export function source(provider: Provider): Start {
  const { ready, urlText, button } = SOURCES[provider];
  const link = `{host}/${provider}`;
  return (context) => {
    context.status(ready);
    context.note({
      "url-text": urlText,
      "url-link": link,
      "auth-text": "Public Authorization Key",
      "auth-key": context.publicToken,
      ...(button && {
        "button-text": button,
        "button-link": `${link}?auth=${context.publicToken}`,
      }),
    });
    return { instance: () => ({}) };
  };
}
