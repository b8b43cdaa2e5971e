import { password } from "@clack/prompts";
import { Command } from "commander";
import {
  close,
  connect,
  type ConnectResult,
  getServerInfo,
  type ServerInfo,
  type Session,
} from "../../../mod.ts";
import { createKey, getProfile } from "../../admin/mod.ts";
import { browserCredential } from "../browser_sign_in.ts";
import { examples } from "../connection.ts";
import { oneLine } from "../output.ts";
import { hostname, process, readFile, writeFile } from "../platform.ts";
import {
  type ConnectionFlags,
  DEFAULT_URI,
  Failure,
  type Run,
  withAction,
  withConnection,
} from "../run.ts";
import { withVariables } from "../variables.ts";

/** Options of the commands that log in. */
export interface LoginFlags extends ConnectionFlags {
  /** With `--deploy` true, with `--no-deploy` false. */
  readonly deploy?: boolean;
}

/** `login`: check a credential, and keep it in `.env`. */
export function loginCommand(): Command {
  const command = new Command("login")
    .description("Sign in to an engine and save the credential in .env.")
    .option("--deploy", "save only ROCKETRIDE_DEPLOY_*")
    .option("--no-deploy", "do not save ROCKETRIDE_DEPLOY_*")
    .addHelpText(
      "after",
      examples([
        ["rocketride login --uri https://api.rocketride.ai", "in the browser"],
        ["rocketride login --apikey $KEY", "with a key that you have"],
      ]),
    );
  return withAction<LoginFlags>(withConnection(command), async (run) => {
    const found = await logIn(run);
    if (!found) return 1;
    await run.out.result({ uri: found.uri, saved: true });
    return 0;
  });
}

/** Find a credential, check it, and keep it; none for an inactive account. */
export async function logIn(
  run: Run<LoginFlags>,
): Promise<{ readonly uri: string; readonly key: string } | undefined> {
  const { flags, env, out, signal } = run;
  const isDeploy = flags.deploy === true;
  const known = isDeploy ? env.ROCKETRIDE_DEPLOY_URI : env.ROCKETRIDE_URI;
  const uri = flags.uri || known || DEFAULT_URI;
  await out.line(`Probing ${uri}...`);
  const info = await getServerInfo({ uri, env: {}, signal });
  const isSaas = (info.capabilities ?? []).includes("saas");
  await out.line(
    `Server ${versionOf(info)}: ${isSaas ? "saas" : "oss"} mode.`,
  );
  const key = flags.apikey ||
    (isSaas ? await signIn(run, uri) : await askedKey(run));
  if (key === undefined) return undefined;
  await out.line("Validating credentials...");
  await close(await connectWith(run, uri, key));
  const others = env.ROCKETRIDE_DEPLOY_URI ?? "";
  const mirrors = flags.deploy !== false && (others === "" || others === uri);
  const values = {
    ...(!isDeploy && { ROCKETRIDE_URI: uri, ROCKETRIDE_APIKEY: key }),
    ...((isDeploy || mirrors) && {
      ROCKETRIDE_DEPLOY_URI: uri,
      ROCKETRIDE_DEPLOY_APIKEY: key,
    }),
  };
  const text = await readFile(".env", "utf8").catch(() => "");
  await writeFile(".env", withVariables(text, values), { mode: 0o600 });
  await out.line(`Saved ${Object.keys(values).join(", ")} to .env.`);
  await ignoreEnv(run);
  return { uri, key };
}

/** Connect with a credential; the session is closed at the end of the run. */
export async function connectWith(
  { flags, signal, defer }: Run<LoginFlags>,
  uri: string,
  auth: string,
): Promise<Session> {
  const { insecure = false } = flags;
  const session = await connect({ uri, auth, env: {}, insecure, signal });
  defer(() => close(session));
  return session;
}

function versionOf({ version }: ServerInfo): string {
  const text = typeof version === "string" ? version : version?.version;
  return oneLine(text) || "(unknown version)";
}

/** Ask for a key; the typed key is not shown. */
async function askedKey(
  { out, signal, interrupt }: Run<unknown>,
): Promise<string> {
  if (!process.stdin.isTTY || !out.isTerminal) {
    throw new Failure("An API key is required", "pass --apikey");
  }
  const key = await password({ message: "API key", signal });
  if (typeof key === "string") return key.trim();
  interrupt();
  signal.throwIfAborted();
  return "";
}

/** Sign in with the browser, and make a key; none for an inactive account. */
async function signIn(
  { out, signal, flags, env }: Run<ConnectionFlags>,
  uri: string,
): Promise<string | undefined> {
  const auth = await browserCredential({
    signal,
    page: env.ROCKETRIDE_AUTH_URI,
    onAddress: async (address) => {
      await out.line("Opening your browser to sign in...");
      await out.warn(`If it did not open, visit: ${address}`);
    },
  });
  const { insecure = false } = flags;
  const session = await connect({ uri, auth, env: {}, insecure, signal });
  try {
    const profile: ConnectResult & { readonly waitlisted?: unknown } =
      await getProfile(session, { signal });
    if (profile.waitlisted) {
      await out.warn(
        "Your account is not active yet. You will receive an email when it is.",
      );
      return undefined;
    }
    const name = `CLI on ${hostname()}`;
    const key = await createKey(session, { name }, { signal });
    await out.line(`Signed in; made the API key "${name}".`);
    return key;
  } finally {
    await close(session);
  }
}

/** Add `.env` to `.gitignore`. */
async function ignoreEnv({ out }: Run<unknown>): Promise<void> {
  const text = await readFile(".gitignore", "utf8").catch(() => "");
  if (text.split("\n").some((line) => line.trim() === ".env")) return;
  const end = text === "" || text.endsWith("\n") ? "" : "\n";
  await writeFile(".gitignore", `${text}${end}.env\n`);
  await out.line(".gitignore: added .env.");
}
