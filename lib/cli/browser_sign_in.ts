import { createServer, process, spawn } from "./platform.ts";
import { Failure } from "./run.ts";

/** The sign-in page. */
const PAGE = "https://auth.rocketride.ai/oauth/v2/authorize";

/** The client id of the command. */
const CLIENT_ID = "387171737705415568";

const SCOPE = "openid profile email phone offline_access " +
  "urn:zitadel:iam:org:project:id:zitadel:aud";

/** Milliseconds until the sign-in times out. */
const PATIENCE_MS = 5 * 60 * 1_000;

/** Options of {@linkcode browserCredential}. */
export interface SignInOptions {
  readonly signal: AbortSignal;
  /** The sign-in page. */
  readonly page?: string | undefined;
  /** Called with the address that the browser opens. */
  readonly onAddress: (address: string) => void | Promise<void>;
}

/**
 * Sign in with the browser, which is redirected to a port of this machine.
 *
 * @returns A credential for one use: the code of the redirect, and the PKCE
 * verifier of this process.
 */
export async function browserCredential(
  { signal, page = PAGE, onAddress }: SignInOptions,
): Promise<string> {
  const verifier = base64Url(crypto.getRandomValues(new Uint8Array(64)));
  const state = base64Url(crypto.getRandomValues(new Uint8Array(16)));
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(verifier),
  );
  const answer = Promise.withResolvers<URLSearchParams>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(
      request.url ?? "/",
      "http://127.0.0.1",
    );
    const isAnswer = pathname === "/auth/callback" &&
      searchParams.get("state") === state;
    response.writeHead(isAnswer ? 200 : 404, {
      "content-type": "text/plain",
      connection: "close",
    });
    response.end(
      isAnswer ? "Signed in. You can close this page.\n" : "Not found\n",
      () => {
        if (isAnswer) answer.resolve(searchParams);
      },
    );
  });
  const expired = AbortSignal.timeout(PATIENCE_MS);
  const end = AbortSignal.any([signal, expired]);
  const giveUp = (): void =>
    answer.reject(
      signal.aborted
        ? signal.reason
        : new Failure("Sign-in timed out after 5 minutes"),
    );
  try {
    end.addEventListener("abort", giveUp, { once: true });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const redirectUri = `http://127.0.0.1:${port}/auth/callback`;
    const url = new URL(page);
    for (
      const [name, value] of Object.entries({
        client_id: CLIENT_ID,
        redirect_uri: redirectUri,
        response_type: "code",
        scope: SCOPE,
        code_challenge: base64Url(new Uint8Array(digest)),
        code_challenge_method: "S256",
        prompt: "login",
        state,
      })
    ) url.searchParams.set(name, value);
    await onAddress(url.href);
    openBrowser(url.href);
    const found = await answer.promise;
    const code = found.get("code");
    if (!code) {
      const why = found.get("error_description") ?? found.get("error");
      throw new Failure(`Sign-in was rejected: ${why ?? "there is no code"}`);
    }
    const text = JSON.stringify({ code, verifier, redirectUri });
    return `cd_${base64(new TextEncoder().encode(text))}`;
  } finally {
    end.removeEventListener("abort", giveUp);
    server.close();
  }
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function base64Url(bytes: Uint8Array): string {
  return base64(bytes)
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Try to open a browser; the address was printed as well. */
function openBrowser(address: string): void {
  const { platform } = process;
  const [program, ...args] = platform === "win32"
    ? ["rundll32", "url.dll,FileProtocolHandler"]
    : [platform === "darwin" ? "open" : "xdg-open"];
  try {
    const child = spawn(program!, [...args, address], {
      stdio: "ignore",
      detached: true,
    });
    child.on("error", noBrowser);
    child.unref();
  } catch {
    noBrowser(); // Deno throws, others emit
  }
}

function noBrowser(): void {
  // The address can be opened by hand.
}
