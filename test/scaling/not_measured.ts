const BYTES = "handles bytes, which it does not look into";
const CALLER = "reads what the program's own author wrote";
const CALLER_JSON = "is called by the readers of documents, which are measured";
const NETWORK = "needs a peer; what it reads text with is measured by itself";
const SHORT = "reads nothing that is longer than 4,096 characters";
const PARTS = "reads text with functions that are measured by themselves";
const USER =
  "reads what its user wrote; text of others is in client_readers.ts";
const ONCE = "compares or replaces at the start of a text only";

/**
 * Functions of modules that scan text that are not measured, with the reason:
 * by folder, by module, or by `path#name`.
 */
export const NOT_MEASURED: Readonly<Record<string, string>> = {
  "lib/cli": USER,
  "lib/cli/commands": USER,
  "lib/admin/deployments.ts": CALLER,
  "lib/admin/profile.ts": CALLER,
  "lib/bytes.ts": BYTES,
  "lib/pipe/options.ts#frameBytesOf": CALLER,
  "lib/pipe/options.ts#withoutNothing": CALLER,
  "lib/pipe/source.ts": BYTES,
  "lib/pipe/send.ts": BYTES,
  "lib/protocol/frame.ts#FrameBuffer": BYTES,
  "lib/protocol/frame.ts#writeFrame": BYTES,
  "lib/protocol/frame.ts#encodeText": CALLER,
  "lib/protocol/frame.ts#encodeHeader": CALLER,
  "lib/protocol/secrets.ts#conceal": CALLER,
  "lib/protocol/uri.ts#isLoopback": CALLER,
  "lib/protocol/uri.ts#httpBase": CALLER,
  "lib/protocol/uri.ts#resolveEndpoints": ONCE,
  "lib/check.ts": CALLER,
  "lib/errors.ts": PARTS,
  "lib/events/target.ts#resolveTarget": NETWORK,
  "lib/events/target.ts#scopeOf": CALLER,
  "lib/events/target.ts#isInScope": CALLER,
  "lib/protocol/secrets.ts#shownFailure": PARTS,
  "lib/protocol/secrets.ts#shownEvent": PARTS,
  "lib/protocol/secrets.ts#shownAccount": PARTS,
  "lib/transport/trace.ts#withTrace": PARTS,
  "schema/json.ts": CALLER_JSON,
  "lib/runtime/env.ts#readEnv": CALLER,
  "lib/store/logs.ts": SHORT,
  "lib/store/store_call.ts": NETWORK,
  "lib/store/read_text.ts": NETWORK,
  "lib/store/write_text.ts": CALLER,
  "lib/engine/validate/without_values.ts#withHidden": NETWORK,
  "lib/transport/http_commands.ts": CALLER,
  "lib/transport/http_requests.ts": NETWORK,
  "lib/transport/multipart.ts": CALLER,
  "lib/task/read_json.ts": CALLER,
  "lib/task/use.ts": CALLER,
  "lib/engine/access/admission.ts": PARTS,
  "lib/engine/access/keys.ts": CALLER,
  "lib/engine/commands/login.ts": ONCE,
  "lib/engine/commands/validate.ts#inspectOptions": CALLER,
  "lib/engine/commands/start.ts": NETWORK,
  "lib/engine/engine.ts": CALLER,
  "lib/engine/nodes/agent/filesystem.ts": SHORT,
  "lib/engine/nodes/agent/http_request.ts#startHttpRequest": NETWORK,
  "lib/engine/nodes/agent/http_rules.ts": CALLER,
  "lib/engine/nodes/agent/memory.ts#queryPath": CALLER,
  "lib/engine/nodes/agent/memory.ts#startMemoryInternal": PARTS,
  "lib/engine/nodes/agent/memory.ts#startMemoryPersistent": PARTS,
  "lib/engine/nodes/agent/toolbox.ts#openToolbox": PARTS,
  "lib/engine/nodes/call_api.ts#callApi": NETWORK,
  "lib/engine/nodes/call_api.ts#retryWait": CALLER,
  "lib/engine/nodes/config_reader.ts": CALLER,
  "lib/engine/nodes/llm/http_model.ts": ONCE,
  "lib/engine/nodes/llm/llm_override.ts": CALLER,
  "lib/engine/nodes/parse/_own_reading.ts": BYTES,
  "lib/engine/monitor/subscriptions.ts": SHORT,
  "lib/engine/run/delivery.ts": NETWORK,
  "lib/engine/serve/http/data_route.ts": NETWORK,
  "lib/engine/serve/http/serve_http.ts": NETWORK,
  "lib/engine/serve/http/task_routes.ts": NETWORK,
  "lib/engine/serve/listen/serve_engine.ts": CALLER,
  "lib/engine/settings.ts": CALLER,
  "lib/engine/store/directory_store.ts": SHORT,
  "lib/engine/store/documents.ts": SHORT,
  "lib/engine/store/files.ts": SHORT,
  "lib/engine/store/memory_store.ts": SHORT,
};
