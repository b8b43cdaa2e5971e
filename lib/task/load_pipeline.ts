import {
  type Pipeline,
  unwrapPipeline,
  type WrappedPipeline,
} from "../../schema/pipeline.ts";
import { ValidationException } from "../errors.ts";
import { substitute } from "../protocol/substitute.ts";
import type { SessionCore } from "../session/core.ts";

/** Where a pipeline comes from: exactly one of the two. */
export interface PipelineInput {
  /**
   * The pipeline itself, flat or wrapped, or the URL of its JSON: http,
   * https, data or file.
   */
  readonly pipeline?: Pipeline | WrappedPipeline | URL | undefined;
  /** The path of its JSON, on runtimes that have files. */
  readonly filepath?: string | URL | undefined;
  /**
   * The entry component's id.
   *
   * @default {the pipeline's own}
   */
  readonly source?: string | undefined;
  /**
   * Variables that go over the session's when `${ROCKETRIDE_*}` is
   * substituted. They stay here; only the finished pipeline is sent.
   */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** What is needed to fetch and finish a pipeline. */
interface LoadOptions {
  readonly signal?: AbortSignal | null | undefined;
}

/**
 * The pipeline as it will be sent: read, unwrapped, substituted, with its
 * source. The caller's object is never changed (design D5).
 */
export async function loadPipeline(
  core: SessionCore,
  input: PipelineInput,
  options: LoadOptions = {},
): Promise<Pipeline> {
  const found = await readPipeline(input, options);
  const flat = unwrapPipeline(found);
  if (!flat) {
    throw new ValidationException(
      `Cannot use ${nameOf(input)}: expected a pipeline with "components"`,
    );
  }
  const env = { ...await core.settings.env(), ...input.env };
  const pipeline = substitute(flat, env);
  return input.source === undefined
    ? pipeline
    : { ...pipeline, source: input.source };
}

function readPipeline(
  input: PipelineInput,
  options: LoadOptions,
): Promise<unknown> | object {
  const { pipeline, filepath } = input;
  if ((pipeline === undefined) === (filepath === undefined)) {
    throw new ValidationException(
      'Expected either "pipeline" or "filepath", exactly one of them',
    );
  }
  const place = filepath ?? pipeline;
  if (typeof place === "string" || isFileUrl(place)) return readFile(place);
  if (place instanceof URL) return fetchJson(place, options);
  if (typeof place === "object" && place !== null) return place;
  throw new TypeError(`Cannot use ${typeof place} as a pipeline`);
}

function isFileUrl(value: unknown): value is URL {
  return value instanceof URL && value.protocol === "file:";
}

async function readFile(path: string | URL): Promise<unknown> {
  const { readTextFile } = await import("../env/read_text_file.ts");
  return parse(await readTextFile(path), path);
}

async function fetchJson(url: URL, { signal }: LoadOptions): Promise<unknown> {
  const response = await fetch(url, { signal: signal ?? null });
  if (!response.ok) {
    await response.body?.cancel();
    throw new ValidationException(
      `Cannot read "${url.href}": HTTP status ${response.status}`,
    );
  }
  return parse(await response.text(), url);
}

function parse(text: string, place: string | URL): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ValidationException(`Cannot read "${place}": it is not JSON`, {
      cause,
    });
  }
}

function nameOf({ filepath, pipeline }: PipelineInput): string {
  const place = filepath ?? (pipeline instanceof URL ? pipeline : undefined);
  return place === undefined ? "the pipeline" : `"${place}"`;
}
