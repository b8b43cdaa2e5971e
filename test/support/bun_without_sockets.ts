// deno-lint-ignore-file no-console -- a program: printing is its purpose
/** A server of Bun that lacks the handlers of sockets. */
import { createEngine } from "@rocketride/streams/engine";

declare const Bun: { serve(options: object): { readonly url: URL } };

const { fetch } = createEngine();
console.log(Bun.serve({ hostname: "127.0.0.1", port: 0, fetch }).url.href);
