import type { JsonObject } from "../../../../schema/json.ts";
import type { NodeField } from "../../node.ts";
import type { ConfigReader } from "../config_reader.ts";
import type { Dialect } from "./dialect.ts";

/** What one provider of models has that others have not. */
export interface LlmProvider {
  /** The provider name that pipelines use. */
  readonly provider: string;
  /** Shown to people, and used in messages. */
  readonly title: string;
  /** How its API is spoken to. */
  readonly dialect: Dialect;
  /** The profile that is used when a pipeline names none. */
  readonly defaultProfile: string;
  /** Its presets, by profile. */
  readonly profiles: Readonly<Record<string, JsonObject>>;
  /** The fields that it has besides those that all have. */
  readonly fields?: readonly NodeField[];
  /** Whether a form must ask for the key. */
  readonly keyless?: boolean;
  /** Where its API is, without a slash at the end. */
  endpoint(read: ConfigReader): string;
  /** Refuse a key that cannot be right. Its text must not be repeated. */
  checkKey?(key: string, read: ConfigReader, base: string): void;
}
