/** Mistakes that callers without a type checker make, and what they are told. */
import { assert, assertEquals } from "@std/assert";
import * as client from "@rocketride/streams";
import * as admin from "@rocketride/streams/admin";
import {
  createEngine,
  directoryStore,
  type Engine,
  serveEngine,
} from "@rocketride/streams/engine";
import * as store from "@rocketride/streams/store";
import * as transport from "@rocketride/streams/transport";
import { TEXT } from "../support/pipelines.ts";

/** The functions of an entry, taking anything. */
type Unchecked<Entry> = {
  readonly [
    Name in keyof Entry
  ]: (...given: readonly unknown[]) => unknown;
};
const C = client as unknown as Unchecked<typeof client>;
const S = store as unknown as Unchecked<typeof store>;
const A = admin as unknown as Unchecked<typeof admin>;
const T = transport as unknown as Unchecked<typeof transport>;
const engines = { createEngine, directoryStore, serveEngine };
const E = engines as unknown as Unchecked<typeof engines>;
const { createQuestion } = client;

/** What is there when a mistake is made. */
interface Scene {
  readonly engine: Engine;
  readonly session: client.Session;
  readonly task: client.Task;
}

/** The call, and how its exception begins. */
type Mistake = readonly [call: (scene: Scene) => unknown, message: string];

/** An address where nothing listens, and what else a connection needs. */
const THERE = { uri: "http://localhost:1", auth: "key", env: {} };

const CONNECTING: readonly Mistake[] = [
  [
    () => C.connect("https://x"),
    "TypeError: Expected options, as in connect({ uri, auth }), not a string",
  ],
  [
    () => C.connect("key", "https://x"),
    "TypeError: Expected options, as in connect({ uri, auth }), not a string",
  ],
  [
    () => C.connect({ url: "https://x", auth: "key", env: {} }),
    'TypeError: Unknown option "url" in connect({ uri, auth }): use "uri"',
  ],
  [
    () => C.connect({ uri: "https://x", apiKey: "k", env: {} }),
    'TypeError: Unknown option "apiKey" in connect({ uri, auth }): use "auth"',
  ],
  [
    () => C.connect({ uri: "https://x", api_key: "k", env: {} }),
    'TypeError: Unknown option "api_key" in connect({ uri, auth }): use "auth"',
  ],
  [
    () => C.connect({ uri: "https://x", token: "k", env: {} }),
    'TypeError: Unknown option "token" in connect({ uri, auth }): use "auth"',
  ],
  [
    () => C.connect({ uri: "https://x.example", env: {} }),
    'ValidationException: Cannot connect to "x.example:5565" without a credential. Give the auth option or set ROCKETRIDE_APIKEY, in the environment or in .env; on Deno, allow both to be read (--allow-env --allow-read=.env).',
  ],
  [
    () => C.connect({ uri: "ftp://x.example", auth: "key", env: {} }),
    'ValidationException: Server address has the unknown scheme "ftp": "x.example". Write a host, host:port, or a URL such as "https://host:5565", with an IPv6 address in brackets; the credential goes into the option auth.',
  ],
  [
    () => C.connect({ uri: "file:///x", auth: "key", env: {} }),
    'ValidationException: Server address has the unknown scheme "file". Write a host, host:port, or a URL such as "https://host:5565", with an IPv6 address in brackets; the credential goes into the option auth.',
  ],
  [
    () => C.connect({ uri: "not a url", auth: "key", env: {} }),
    'ValidationException: Server address contains whitespace, a backslash or a control character: "not a url". Write a host, host:port, or a URL such as "https://host:5565", with an IPv6 address in brackets; the credential goes into the option auth.',
  ],
  [
    () => C.connect({ uri: "https://key@x.example", env: {} }),
    'ValidationException: Server address contains a user name or password. Write a host, host:port, or a URL such as "https://host:5565", with an IPv6 address in brackets; the credential goes into the option auth.',
  ],
  [
    () => C.connect({ uri: 5565, auth: "key", env: {} }),
    "TypeError: Expected uri in connect({ uri, auth }) to be of type string or URL, not a number",
  ],
  [
    () => C.connect({ uri: { host: "x" }, auth: "key", env: {} }),
    "TypeError: Expected uri in connect({ uri, auth }) to be of type string or URL, not another object",
  ],
  [
    () => C.connect({ uri: "http://x.example", auth: "key", env: {} }),
    'ValidationException: Cannot send a credential to "x.example:5565" without encryption. Use a wss: or https: address, or set insecure: true.',
  ],
  [
    () => C.connect({ ...THERE, auth: 42, env: {} }),
    "TypeError: Cannot use auth of type number: expected a string or a function",
  ],
  [
    () => C.connect({ ...THERE, auth: Promise.resolve("k"), env: {} }),
    "TypeError: Cannot use auth of type object: expected a string or a function",
  ],
  [
    () => C.connect({ ...THERE, auth: { key: "k" }, env: {} }),
    "TypeError: Cannot use auth of type object: expected a string or a function",
  ],
  [
    () => C.connect({ ...THERE, auth: "k\n", env: {} }),
    "TypeError: Cannot use auth with white space around it",
  ],
  [
    () => C.connect({ uri: "https://x.example", auth: "  ", env: {} }),
    "TypeError: Cannot use auth with white space around it",
  ],
  [
    () => C.connect({ ...THERE, timeout: "5s" }),
    'RangeError: Cannot use timeout "5s": expected milliseconds above 0',
  ],
  [
    () => C.connect({ ...THERE, timeout: "5000" }),
    'RangeError: Cannot use timeout "5000": expected milliseconds above 0',
  ],
  [
    () => C.connect({ ...THERE, timeout: 0 }),
    "RangeError: Cannot use timeout 0: expected milliseconds above 0",
  ],
  [
    () => C.connect({ ...THERE, timeout: NaN }),
    "RangeError: Cannot use timeout NaN: expected milliseconds above 0",
  ],
  [
    () => C.connect({ ...THERE, requestTimeout: -1 }),
    "RangeError: Cannot use requestTimeout -1: expected milliseconds above 0",
  ],
  [
    () => C.connect({ ...THERE, signal: new AbortController() }),
    "TypeError: Expected a signal, such as controller.signal",
  ],
  [
    () => C.connect({ ...THERE, auth: "k", env: ".env" }),
    "TypeError: Expected env in connect({ uri, auth }) to be of type object, not a string",
  ],
  [
    () => C.connect({ ...THERE, auth: "k", env: ["A=1"] }),
    "TypeError: Expected env in connect({ uri, auth }) to be of type object, not a list",
  ],
  [
    () => C.connect({ ...THERE, auth: "k", env: new Map() }),
    "TypeError: Expected env in connect({ uri, auth }) to be of type object, not another object",
  ],
  [
    () => C.connect({ auth: "k", env: {}, transport: T.webSocketTransport }),
    "TypeError: Cannot use transport of type function: expected what webSocketTransport() or an engine's transport() returns",
  ],
  [
    ({ engine }) => C.connect({ auth: "k", env: {}, transport: engine }),
    "TypeError: Cannot use transport of type object: expected what webSocketTransport() or an engine's transport() returns",
  ],
  [
    () => C.connect({ auth: "k", env: {}, transport: "http" }),
    "TypeError: Cannot use transport of type string: expected what webSocketTransport() or an engine's transport() returns",
  ],
  [
    () => C.connect({ auth: "k", env: {}, transport: WebSocket }),
    "TypeError: Cannot use transport of type function: expected what webSocketTransport() or an engine's transport() returns",
  ],
  [
    () => C.connect({ ...THERE, heartbeat: true }),
    "TypeError: Expected options, as in heartbeat: { interval, timeout }, not a boolean",
  ],
  [
    () => C.connect({ ...THERE, heartbeat: 15000 }),
    "TypeError: Expected options, as in heartbeat: { interval, timeout }, not a number",
  ],
  [
    () => C.connect({ ...THERE, heartbeat: null }),
    "TypeError: Expected options, as in heartbeat: { interval, timeout }, not null",
  ],
  [
    () => C.connect({ ...THERE, reconnect: true }),
    "TypeError: Expected options, as in connect({ reconnect: { maxDelay } }), not a boolean",
  ],
  [
    () => C.connect({ ...THERE, reconnect: { delay: 1 } }),
    'TypeError: Unknown option "delay" in connect({ reconnect: { maxDelay } }): use "firstDelay"',
  ],
  [
    () => C.connect({ ...THERE, onEvent: "x" }),
    "TypeError: Expected onEvent in connect({ uri, auth }) to be of type function, not a string",
  ],
  [
    () => C.connect({ ...THERE, onTrace: true }),
    "TypeError: Expected onTrace in connect({ uri, auth }) to be of type function, not a boolean",
  ],
  [
    () => C.connect({ ...THERE, onevent: () => undefined }),
    'TypeError: Unknown option "onevent" in connect({ uri, auth }): use "onEvent"',
  ],
  [
    () => C.connect({ ...THERE, persist: "yes", timeout: 50 }),
    "TypeError: Expected persist in connect({ uri, auth }) to be of type boolean, not a string",
  ],
];

const SESSIONS: readonly Mistake[] = [
  [
    ({ session }) => C.ping(Promise.resolve(session)),
    "TypeError: Expected a session made by connect(), not a promise: await it",
  ],
  [
    () => C.ping(),
    "TypeError: Expected a session made by connect(), not undefined",
  ],
  [
    () => C.use({ pipeline: TEXT }),
    "TypeError: Expected a session made by connect(), not another object",
  ],
  [
    ({ session, task }) => C.send(task, session, "x"),
    "TypeError: Expected a session made by connect(), not a task: it comes after the session",
  ],
  [
    ({ session, task }) => C.send(task.token, session, "x"),
    "TypeError: Expected a session made by connect(), not a string",
  ],
  [
    ({ session, task }) => C.send(session, Promise.resolve(task), "x"),
    "TypeError: Expected a task or its token, not a promise: await it",
  ],
  [
    ({ session }) => C.send(session, undefined, "x"),
    "TypeError: Expected a task or its token, not undefined",
  ],
  [
    ({ session }) => C.send(session, null, "x"),
    "TypeError: Expected a task or its token, not null",
  ],
  [
    ({ session }) => C.send(session, "some text"),
    "TypeError: Expected a string, bytes, a Blob, a Response, a stream or an async iterable, not undefined",
  ],
  [
    ({ session }) => C.send(session, session, "x"),
    "TypeError: Expected a task or its token, not a session: it comes before the task",
  ],
  [
    ({ session }) => C.send(session, 5, "x"),
    "TypeError: Expected a task or its token, not a number",
  ],
  [
    ({ session }) => C.send(session, {}, "x"),
    "TypeError: Expected a task or its token, not another object",
  ],
  [
    ({ session, task }) => C.send(session, [task], "x"),
    "TypeError: Expected a task or its token, not a list",
  ],
  [
    ({ session }) => C.getTaskStatus(session, { id: "x" }),
    "TypeError: Expected a task or its token, not another object",
  ],
  [
    ({ session }) => C.pipe(session, { mimeType: "text/plain" }),
    "TypeError: Expected a task or its token, not another object",
  ],
];

const DATA: readonly Mistake[] = [
  [
    ({ session, task }) => C.pipe(session, task, "text/csv"),
    "TypeError: Expected options, as in pipe(session, task, { mimeType }), not a string",
  ],
  [
    ({ session, task }) => C.pipe(session, task, { name: "a.csv" }),
    'TypeError: Unknown option "name" in pipe(session, task, { mimeType }): use "objinfo: { name }"',
  ],
  [
    ({ session, task }) => C.pipe(session, task, { mimetype: "text/csv" }),
    'TypeError: Unknown option "mimetype" in pipe(session, task, { mimeType }): use "mimeType"',
  ],
  [
    ({ session, task }) => C.pipe(session, task, { mime_type: "text/csv" }),
    'TypeError: Unknown option "mime_type" in pipe(session, task, { mimeType }): use "mimeType"',
  ],
  [
    ({ session, task }) => C.pipe(session, task, { frameBytes: "64k" }),
    'RangeError: Cannot use frameBytes of "64k": expected 4096 to 16777216',
  ],
  [
    ({ session, task }) => C.pipe(session, task, { frameBytes: 1 }),
    "RangeError: Cannot use frameBytes of 1: expected 4096 to 16777216",
  ],
  [
    ({ session, task }) => C.pipe(session, task, { onPipelineError: "ignore" }),
    'RangeError: Cannot use onPipelineError "ignore": expected "throw" or "return"',
  ],
  [
    ({ session, task }) => C.pipe(session, task, { objinfo: "a.csv" }),
    "TypeError: Expected objinfo to be an object, such as { name }",
  ],
  [
    ({ session, task }) => C.pipe(session, task, { provider: 1 }),
    "TypeError: Expected provider in pipe(session, task, { mimeType }) to be of type string, not a number",
  ],
  [
    ({ session, task }) => C.send(session, task),
    "TypeError: Expected a string, bytes, a Blob, a Response, a stream or an async iterable, not undefined",
  ],
  [
    ({ session, task }) => C.send(session, task, null),
    "TypeError: Expected a string, bytes, a Blob, a Response, a stream or an async iterable, not null",
  ],
  [
    ({ session, task }) => C.send(session, task, 42),
    "TypeError: Expected a string, bytes, a Blob, a Response, a stream or an async iterable, not a number",
  ],
  [
    ({ session, task }) => C.send(session, task, { a: 1 }),
    "TypeError: Expected a string, bytes, a Blob, a Response, a stream or an async iterable, not another object",
  ],
  [
    ({ session, task }) => C.send(session, task, [1, 2]),
    "TypeError: Expected a string, bytes, a Blob, a Response, a stream or an async iterable, not a list",
  ],
  [
    ({ session, task }) => C.send(session, task, Promise.resolve("x")),
    "TypeError: Expected a string, bytes, a Blob, a Response, a stream or an async iterable, not a promise: await it",
  ],
  [
    ({ session, task }) =>
      C.send(session, task, Promise.resolve(new Response("x"))),
    "TypeError: Expected a string, bytes, a Blob, a Response, a stream or an async iterable, not a promise: await it",
  ],
  [
    ({ session, task }) => C.send(session, task, new URL("https://x.example")),
    "TypeError: Expected a string, bytes, a Blob, a Response, a stream or an async iterable, not another object",
  ],
  [
    ({ session, task }) =>
      C.send(session, task, new Request("https://x.example")),
    "TypeError: Expected a string, bytes, a Blob, a Response, a stream or an async iterable, not another object",
  ],
  [
    ({ session, task }) => C.send(session, task, new FormData()),
    "TypeError: Expected a string, bytes, a Blob, a Response, a stream or an async iterable, not another object",
  ],
  [
    ({ session, task }) => C.send(session, task, () => "x"),
    "TypeError: Expected a string, bytes, a Blob, a Response, a stream or an async iterable, not a function",
  ],
  [
    ({ session, task }) => C.send(session, task, new Map()),
    "TypeError: Expected a string, bytes, a Blob, a Response, a stream or an async iterable, not another object",
  ],
  [
    ({ session, task }) => C.send(session, task, createQuestion()),
    "TypeError: Expected a string, bytes, a Blob, a Response, a stream or an async iterable, not another object",
  ],
  [
    ({ session, task }) => C.send(session, task, new Date()),
    "TypeError: Expected a string, bytes, a Blob, a Response, a stream or an async iterable, not another object",
  ],
  [
    async ({ session, task }) => {
      const r = new Response("x");
      await r.text();
      return C.send(session, task, r);
    },
    "ValidationException: Cannot send a response whose body was read or is locked",
  ],
  [
    ({ session, task }) => C.send(session, task, "x", "text/plain"),
    "TypeError: Expected options, as in send(session, task, source, { mimeType }), not a string",
  ],
  [
    ({ session, task }) => C.send(session, task, "x", { name: "a" }),
    'TypeError: Unknown option "name" in send(session, task, source, { mimeType }): use "objinfo: { name }"',
  ],
  [
    ({ session, task }) => C.send(session, task, "x", { timeout: 0 }),
    "RangeError: Cannot use timeout 0: expected milliseconds above 0",
  ],
];

const PIPELINES: readonly Mistake[] = [
  [
    ({ session }) => C.use(session, "a.pipe"),
    "TypeError: Expected options, as in use(session, { pipeline }), not a string",
  ],
  [
    ({ session }) => C.use(session, { pipeline: "nowhere/a.pipe" }),
    'ValidationException: Cannot read "nowhere/a.pipe": there is no such file',
  ],
  [
    ({ session }) => C.use(session, { pipeline: JSON.stringify(TEXT) }),
    "ValidationException: Cannot use JSON text as a pipeline: expected an object or a path. Give what JSON.parse makes of it.",
  ],
  [
    ({ session }) => C.use(session, { filepath: TEXT }),
    "TypeError: Expected filepath in use(session, { pipeline }) to be of type string or URL, not another object",
  ],
  [
    ({ session }) => C.use(session, { pipeline: TEXT, filepath: "a" }),
    'ValidationException: Expected either "pipeline" or "filepath", exactly one of them',
  ],
  [
    ({ session }) => C.use(session, {}),
    'ValidationException: Expected either "pipeline" or "filepath", exactly one of them',
  ],
  [
    ({ session }) => C.use(session, TEXT),
    'TypeError: Unknown option "project_id" in use(session, { pipeline }): use "pipeline: { project_id }"',
  ],
  [
    ({ session }) => C.use(session, { pipeline: TEXT.components }),
    'ValidationException: Cannot use the pipeline: expected a pipeline with "components"',
  ],
  [
    ({ session }) => C.use(session, { pipeline: { source: "x" } }),
    'ValidationException: Cannot use the pipeline: expected a pipeline with "components"',
  ],
  [
    ({ session }) => C.use(session, { pipeline: {} }),
    'ValidationException: Cannot use the pipeline: expected a pipeline with "components"',
  ],
  [
    ({ session }) => C.use(session, { pipeline: null }),
    "TypeError: Cannot use null as a pipeline",
  ],
  [
    ({ session }) => C.use(session, { pipeline: new Response("{}") }),
    'ValidationException: Cannot use the pipeline: expected a pipeline with "components"',
  ],
  [
    ({ session }) => C.use(session, { pipeline: TEXT, use_existing: true }),
    'TypeError: Unknown option "use_existing" in use(session, { pipeline }): use "useExisting"',
  ],
  [
    ({ session }) => C.use(session, { pipeline: TEXT, threads: 0 }),
    "RangeError: Cannot use threads of 0: expected 1 to 64",
  ],
  [
    ({ session }) => C.use(session, { pipeline: TEXT, threads: 100 }),
    "RangeError: Cannot use threads of 100: expected 1 to 64",
  ],
  [
    ({ session }) => C.use(session, { pipeline: TEXT, threads: "4" }),
    'RangeError: Cannot use threads of "4": expected 1 to 64',
  ],
  [
    ({ session }) => C.use(session, { pipeline: TEXT, ttl: "1h" }),
    'RangeError: Cannot use ttl "1h": expected seconds, or 0',
  ],
  [
    ({ session }) => C.use(session, { pipeline: TEXT, ttl: "60" }),
    'RangeError: Cannot use ttl "60": expected seconds, or 0',
  ],
  [
    ({ session }) => C.use(session, { pipeline: TEXT, ttl: -1 }),
    "RangeError: Cannot use ttl -1: expected seconds, or 0",
  ],
  [
    ({ session }) => C.use(session, { pipeline: TEXT, args: "--trace" }),
    "TypeError: Expected args in use(session, { pipeline }) to be of type list, not a string",
  ],
  [
    ({ session }) => C.use(session, { pipeline: TEXT, env: "A=1" }),
    "TypeError: Expected env in use(session, { pipeline }) to be of type object, not a string",
  ],
  [
    ({ session }) => C.use(session, { pipeline: TEXT, source: 1 }),
    "TypeError: Expected source in use(session, { pipeline }) to be of type string, not a number",
  ],
  [
    ({ session }) => C.use(session, { pipeline: TEXT, token: 1 }),
    "TypeError: Expected token in use(session, { pipeline }) to be of type string, not a number",
  ],
  [
    ({ session }) => C.use(session, { pipeline: TEXT, name: 1 }),
    "TypeError: Expected name in use(session, { pipeline }) to be of type string, not a number",
  ],
  [
    ({ session }) => C.use(session, { pipeline: TEXT, traceLevel: "full" }),
    'TypeError: Unknown option "traceLevel" in use(session, { pipeline }): use "pipelineTraceLevel"',
  ],
  [
    ({ session }) =>
      C.use(session, { pipeline: TEXT, pipelineTraceLevel: "all" }),
    'RangeError: Cannot use pipelineTraceLevel "all": expected "none" or "metadata" or "summary" or "full"',
  ],
  [
    ({ session }) => C.use(session, { filepath: "nowhere.pipe" }),
    'ValidationException: Cannot read "nowhere.pipe": there is no such file',
  ],
  [
    ({ session }) => C.use(session, { filepath: "https://x.example/a.json" }),
    'ValidationException: Cannot read "https://x.example/a.json": there is no such file',
  ],
  [
    ({ session }) => C.use(session, { filepath: "" }),
    'ValidationException: Cannot read "": there is no such file',
  ],
  [
    ({ session }) => C.use(session, { pipeline: TEXT, useExisting: "yes" }),
    "TypeError: Expected useExisting in use(session, { pipeline }) to be of type boolean, not a string",
  ],
  [
    ({ session }) => C.use(session, { pipeline: TEXT, events: true }),
    'TypeError: Expected a list of events, such as ["summary"]',
  ],
  [
    ({ session }) => C.use(session, { pipeline: TEXT, events: ["sumary"] }),
    'RangeError: Cannot subscribe to unknown event "sumary"',
  ],
  [
    ({ session }) => C.validate(session, TEXT),
    'TypeError: Unknown option "project_id" in validate(session, { pipeline }): use "pipeline: { project_id }"',
  ],
  [
    ({ session }) => C.validate(session),
    "TypeError: Expected options, as in validate(session, { pipeline }), not undefined",
  ],
  [
    ({ session, task }) => C.restart(session, task, TEXT),
    'TypeError: Unknown option "project_id" in restart(session, task, { pipeline }): use "pipeline: { project_id }"',
  ],
  [
    ({ session, task }) => C.restart(session, task),
    "TypeError: Expected options, as in restart(session, task, { pipeline }), not undefined",
  ],
  [
    ({ session }) => C.terminate(session),
    "TypeError: Expected a task or its token, not undefined",
  ],
];

const QUESTIONS: readonly Mistake[] = [
  [
    ({ session, task }) => C.chat(session, task),
    "TypeError: Expected a question, or its text, not undefined",
  ],
  [
    ({ session, task }) => C.chat(session, task, { text: "What?" }),
    "TypeError: Expected a question, or its text, not another object",
  ],
  [
    ({ session, task }) => C.chat(session, task, createQuestion()),
    "TypeError: Expected a question with text: use addQuestion()",
  ],
  [
    ({ session, task }) => C.chat(session, task, ""),
    "TypeError: Expected a question with text: use addQuestion()",
  ],
  [
    ({ session, task }) =>
      C.chat(session, task, [{ role: "user", content: "What?" }]),
    "TypeError: Expected a question, or its text, not a list",
  ],
  [
    ({ session, task }) => C.chat(session, task, { question: "What?" }),
    "TypeError: Expected a question, or its text, not another object",
  ],
  [
    ({ session, task }) =>
      C.chat(session, task, "What?", { mimeType: "text/plain" }),
    'TypeError: Unknown option "mimeType" in chat(session, task, question, { timeout }): expected ',
  ],
  [
    ({ session, task }) => C.ask(session, task, "What?", { schema: {} }),
    'TypeError: Expected "schema" to implement Standard Schema, as Zod and Valibot do',
  ],
  [
    () => C.addQuestion("What?"),
    "TypeError: Expected a question and a string, as in addQuestion(createQuestion(), text)",
  ],
  [
    () => C.addQuestion(createQuestion(), 5),
    "TypeError: Expected a question and a string, as in addQuestion(createQuestion(), text)",
  ],
  [
    () => C.createQuestion("What?"),
    "TypeError: Expected options; a text goes in by addQuestion(createQuestion(), text)",
  ],
  [
    () => C.createQuestion(null),
    "TypeError: Expected options, as in createQuestion({ role }), not null",
  ],
  [
    () => C.createQuestion({ question: "What?" }),
    'TypeError: Unknown option "question" in createQuestion({ role }): use "questions"',
  ],
  [
    () => C.createQuestion({ expect_json: true }),
    'TypeError: Unknown option "expect_json" in createQuestion({ role }): use "expectJson"',
  ],
];

const FILES: readonly Mistake[] = [
  [
    ({ session, task }) => C.sendFiles(session, task, "a.txt"),
    "TypeError: Expected a list of files, not a single one",
  ],
  [
    ({ session, task }) => C.sendFiles(session, task),
    "TypeError: Expected a list of files, not a single one",
  ],
  [
    ({ session, task }) => C.sendFiles(session, task, new File(["x"], "a.txt")),
    "TypeError: Expected a list of files, not a single one",
  ],
  [
    ({ session, task }) => C.sendFiles(session, task, [1]),
    "TypeError: Cannot upload a value of type number: expected a file (file 0)",
  ],
  [
    ({ session, task }) => C.sendFiles(session, task, ["docs/*.nothing"]),
    'ValidationException: Cannot read "docs/*.nothing": there is no such file',
  ],
  [
    ({ session, task }) => C.sendFiles(session, task, ["nowhere.txt"]),
    'ValidationException: Cannot read "nowhere.txt": there is no such file',
  ],
  [
    ({ session, task }) => C.sendFiles(session, task, [], { maxConcurrent: 3 }),
    'TypeError: Unknown option "maxConcurrent" in sendFiles(session, task, files, { concurrency }): use "concurrency"',
  ],
  [
    ({ session, task }) => C.sendFiles(session, task, [], { concurrency: 0 }),
    "RangeError: Cannot use concurrency of 0: expected 1 or more",
  ],
  [
    ({ session, task }) => C.sendFiles(session, task, [], { concurrency: "3" }),
    'RangeError: Cannot use concurrency of "3": expected 1 or more',
  ],
  [
    ({ session, task }) => C.sendFiles(session, task, [], { onProgress: true }),
    "TypeError: Expected onProgress in sendFiles(session, task, files, { concurrency }) to be of type function, not a boolean",
  ],
  [
    ({ session, task }) => C.sendFiles(session, task, [{ path: "a.txt" }]),
    "TypeError: Cannot upload a value of type Object: expected a file (file 0)",
  ],
];

const EVENTS: readonly Mistake[] = [
  [
    ({ session, task }) => C.events(session, task),
    "TypeError: Expected options, as in events(session, task, { types }), not undefined",
  ],
  [
    ({ session, task }) => C.events(session, task, ["summary"]),
    "TypeError: Expected options, as in events(session, task, { types }), not a list",
  ],
  [
    ({ session, task }) => C.events(session, task, { type: ["summary"] }),
    'TypeError: Unknown option "type" in events(session, task, { types }): use "types"',
  ],
  [
    ({ session, task }) => C.events(session, task, { types: ["sumary"] }),
    'RangeError: Cannot subscribe to unknown event "sumary"',
  ],
  [
    ({ session }) =>
      C.events(session, { project: "x" }, { types: ["summary"] }),
    "TypeError: Expected a task or its token, not another object",
  ],
  [
    ({ session }) => C.events(session, undefined, { types: ["summary"] }),
    "TypeError: Expected a task or its token, not undefined",
  ],
  [
    ({ session, task }) => C.setEvents(session, task, "summary"),
    'TypeError: Expected a list of events, such as ["summary"]',
  ],
  [
    ({ session, task }) => C.setEvents(session, task),
    'TypeError: Expected a list of events, such as ["summary"]',
  ],
  [
    ({ session, task }) => C.setEvents(session, task, { types: ["summary"] }),
    'TypeError: Expected a list of events, such as ["summary"]',
  ],
];

const CALLS: readonly Mistake[] = [
  [
    () => C.close(),
    "TypeError: Expected a session made by connect(), not undefined",
  ],
  [
    ({ session }) => C.close(session, 1000),
    "TypeError: Expected options, as in close(session, { grace }), not a number",
  ],
  [
    ({ session }) => C.getService(session),
    "TypeError: Service name is required",
  ],
  [
    ({ session }) => C.getService(session, { name: "x" }),
    "TypeError: Service name is required",
  ],
  [
    ({ session }) => C.getTaskToken(session, "p"),
    "TypeError: Expected options, as in getTaskToken(session, { projectId, source }), not a string",
  ],
  [
    ({ session }) => C.getTaskToken(session),
    "TypeError: Expected options, as in getTaskToken(session, { projectId, source }), not undefined",
  ],
  [
    ({ session }) => C.getTaskToken(session, { project_id: "p", source: "s" }),
    'TypeError: Unknown option "project_id" in getTaskToken(session, { projectId, source }): use "projectId"',
  ],
  [
    ({ session }) => C.call(session),
    "TypeError: Cannot build a request without a command",
  ],
  [
    ({ session }) => C.call(session, "rrext_ping", "x"),
    "TypeError: Expected arguments in buildRequest(command, { arguments }) to be of type object, not a string",
  ],
  [
    ({ session }) => C.request(session, "rrext_ping"),
    "TypeError: Expected a request made by buildRequest(), not a string",
  ],
  [
    ({ session }) => C.request(session),
    "TypeError: Expected a request made by buildRequest(), not undefined",
  ],
  [
    ({ session }) => C.setConnectionParams(session, "https://x"),
    "TypeError: Expected options, as in setConnectionParams(session, { uri, auth }), not a string",
  ],
  [
    ({ session }) => C.setConnectionParams(session),
    "TypeError: Expected options, as in setConnectionParams(session, { uri, auth }), not undefined",
  ],
  [
    ({ session }) => C.setConnectionParams(session, { apikey: "x" }),
    'TypeError: Unknown option "apikey" in setConnectionParams(session, { uri, auth }): use "auth"',
  ],
];

const STORE: readonly Mistake[] = [
  [
    () => S.readText("a.txt"),
    "TypeError: Expected a path of the store as text",
  ],
  [
    ({ session }) => S.readText(session, new URL("file:///a")),
    "TypeError: Expected a path of the store as text",
  ],
  [
    ({ session }) => S.readText(session),
    "TypeError: Expected a path of the store as text",
  ],
  [
    ({ session }) => S.writeText(session, "a", new Uint8Array(1)),
    "TypeError: Cannot write to a file: expected whole text",
  ],
  [
    ({ session }) => S.writeText(session, "a", Promise.resolve("x")),
    "TypeError: Cannot write to a file: expected whole text",
  ],
  [
    ({ session }) => S.writeText(session, "../a", "x"),
    "ValidationException: Path traversal not allowed: ../a. Paths lead down from the root of the store, with / between names.",
  ],
  [
    ({ session }) => S.writeJson(session, "a", undefined),
    "TypeError: Cannot write undefined as JSON",
  ],
  [
    ({ session }) => S.saveProject(session, "id", {}),
    'ValidationException: Cannot save a project: expected a pipeline with "components"',
  ],
  [
    ({ session }) => S.saveProject(session, TEXT, "id"),
    "TypeError: Expected the id of a project as text that is not empty",
  ],
  [
    ({ session }) => A.query(session, "SELECT 1"),
    "TypeError: Expected sql as text that is not blank",
  ],
  [
    ({ session }) => A.createKey(session, "name"),
    "TypeError: Expected options, as in createKey(session, { name }), not a string",
  ],
  [
    ({ session }) => A.deployAdd(session, "a.pipe"),
    'ValidationException: Cannot deploy: expected a pipeline with "components"',
  ],
];

const OTHERS: readonly Mistake[] = [
  [
    () => T.httpTransport("https://x"),
    "TypeError: Expected options, as in httpTransport({ fetch }), not a string",
  ],
  [
    () => T.webSocketTransport("wss://x"),
    "TypeError: Expected options, as in webSocketTransport({ WebSocket }), not a string",
  ],
  [
    () => T.webSocketTransport(WebSocket),
    "TypeError: Expected options, as in webSocketTransport({ WebSocket }), not a function",
  ],
  [
    () => T.withHeartbeat(),
    "TypeError: Cannot use transport of type undefined",
  ],
  [
    ({ engine }) => T.withHeartbeat(engine),
    "TypeError: Cannot use transport of type object",
  ],
  [
    ({ engine }) => T.withTrace(engine.transport()),
    "TypeError: Expected an observer, not undefined",
  ],
  [
    () => T.normalizeUri(),
    "TypeError: Server address must be a string: undefined",
  ],
  [
    () => E.createEngine({ auth: "key" }),
    "TypeError: Expected auth to be a list",
  ],
  [
    () => E.createEngine({ port: 5565 }),
    'TypeError: Unknown option "port" in createEngine({ auth }): expected ',
  ],
  [
    ({ engine }) => E.serveEngine(engine, 5565),
    "TypeError: Expected options, as in serveEngine(engine, { port, hostname }), not a number",
  ],
  [
    () => E.serveEngine(),
    "TypeError: Expected an engine made by createEngine()",
  ],
  [
    ({ engine }) => E.serveEngine(engine, { port: "80x" }),
    "TypeError: Expected port in serveEngine(engine, { port, hostname }) to be of type number, not a string",
  ],
  [
    () => E.directoryStore(),
    'TypeError: Cannot keep files in "undefined": expected a directory',
  ],
];

const TABLES: readonly (readonly [what: string, table: readonly Mistake[]])[] =
  [
    ["connect", CONNECTING],
    ["sessions and tasks", SESSIONS],
    ["pipe and send", DATA],
    ["pipelines", PIPELINES],
    ["questions", QUESTIONS],
    ["files", FILES],
    ["events", EVENTS],
    ["calls", CALLS],
    ["store and admin", STORE],
    ["transports and engines", OTHERS],
  ];

for (const [what, table] of TABLES) {
  Deno.test(`usual mistakes are refused before any traffic, with what to write: ${what}`, async () => {
    await using engine = createEngine();
    const sent: unknown[] = [];
    const session = await client.connect({
      transport: engine.transport(),
      auth: "key",
      env: {},
      heartbeat: false,
      onTrace: (record) => record.kind === "sent" && sent.push(record),
    });
    const task = await client.use(session, { pipeline: TEXT });
    const before = sent.length;
    for (const [call, message] of table) {
      const error = await thrownBy(() => call({ engine, session, task }));
      const told = `${error?.name}: ${error?.message}`;
      assert(told.startsWith(message), `${call}\n${told}`);
      assertEquals(sent.length, before, String(call));
    }
    await client.close(session);
  });
}

async function thrownBy(call: () => unknown): Promise<Error | undefined> {
  try {
    await call();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  return undefined;
}
