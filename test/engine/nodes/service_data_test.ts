import { assert, assertEquals } from "@std/assert";
import { isRecord } from "../../../schema/json.ts";
import { LANES } from "../../../lib/engine/registry.ts";
import { UNSUPPORTED } from "../../../lib/engine/services/unsupported.ts";
import { readTree } from "../../support/read_tree.ts";

const PACKS = ["core", "llm", "retrieval", "agent", "privacy"];

/** Says what is wrong with a value; nothing when all is well. */
type Check = (value: unknown, at: string) => string[];

const string: Check = (value, at) =>
  typeof value === "string" && value !== "" ? [] : [`${at} is no text`];
const boolean: Check = (value, at) =>
  typeof value === "boolean" ? [] : [`${at} is no flag`];
const integer: Check = (value, at) =>
  Number.isInteger(value) ? [] : [`${at} is no whole number`];
const anything: Check = () => [];

function oneOf(...values: readonly unknown[]): Check {
  return (value, at) => values.includes(value) ? [] : [`${at} is ${value}`];
}

function list(item: Check): Check {
  return (value, at) =>
    Array.isArray(value)
      ? value.flatMap((one, index) => item(one, `${at}[${index}]`))
      : [`${at} is no list`];
}

function dictionary(item: Check, name: Check = anything): Check {
  return (value, at) =>
    isRecord(value)
      ? Object.entries(value).flatMap(([key, one]) => [
        ...name(key, `${at}: ${key}`),
        ...item(one, `${at}.${key}`),
      ])
      : [`${at} is no object`];
}

function record(
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>>,
): Check {
  return (value, at) => {
    if (!isRecord(value)) return [`${at} is no object`];
    const missing = Object.keys(required)
      .filter((name) => !Object.hasOwn(value, name))
      .map((name) => `${at}.${name} is missing`);
    return [
      ...missing,
      ...Object.entries(value).flatMap(([name, one]) => {
        const check = required[name] ?? optional[name];
        return check
          ? check(one, `${at}.${name}`)
          : [`${at}.${name} is unknown`];
      }),
    ];
  };
}

const FIELD = record({
  name: string,
  type: oneOf("string", "number", "integer", "boolean", "array", "object"),
}, {
  description: string,
  default: anything,
  enum: list(anything),
  secure: boolean,
  optional: boolean,
});

const lane = oneOf(...LANES);

const SERVICE = record({
  provider: string,
  title: string,
  description: string,
  classType: list(string),
  lanes: dictionary(list(lane), oneOf("_source", ...LANES)),
}, {
  invoke: dictionary(
    record({ description: string, min: integer }, { max: integer }),
  ),
  capabilities: list(string),
  preconfig: record({
    default: string,
    profiles: dictionary(dictionary(anything)),
  }, {}),
  fields: list(FIELD),
  replaces: boolean,
  limitation: string,
  override: oneOf(
    "llm",
    "embedding",
    "anonymize_text",
    "guardrails",
    "preprocessor_code",
  ),
  needsOverride: boolean,
});

interface Service {
  readonly provider: string;
  readonly preconfig?: {
    readonly default: string;
    readonly profiles: Readonly<Record<string, Record<string, unknown>>>;
  };
  readonly fields?: readonly {
    readonly name: string;
    readonly default?: unknown;
    readonly enum?: readonly unknown[];
  }[];
}

async function servicesOf(pack: string): Promise<readonly Service[]> {
  const path = `lib/engine/nodes/${pack}/services.json`;
  const text = (await readTree([path], ".json")).get(path);
  assert(text, path);
  return JSON.parse(text);
}

for (const pack of PACKS) {
  Deno.test(`the data of the pack ${pack} keep to their schema`, async () => {
    const services = await servicesOf(pack);
    const name = (service: Service): string => service.provider;
    assertEquals(
      services.flatMap((service) => SERVICE(service, name(service))),
      [],
    );
    for (const { provider, preconfig, fields = [] } of services) {
      if (preconfig) {
        assert(Object.hasOwn(preconfig.profiles, preconfig.default), provider);
      }
      for (const { name, default: value, enum: values } of fields) {
        if (value === undefined || !values) continue;
        assert(values.includes(value), `${provider}.${name}`);
      }
    }
  });

  Deno.test(`the pack ${pack} has the code of its data, and no other`, async () => {
    const { starters } = await import(
      `../../../lib/engine/nodes/${pack}/pack.ts`
    );
    const providers = (await servicesOf(pack)).map(({ provider }) => provider);
    const found = Object.keys(starters({ llm: () => "" }));
    assertEquals(found.sort(), providers.sort());
  });
}

Deno.test("no provider is described twice", async () => {
  const all = (await Promise.all(PACKS.map(servicesOf))).flat();
  const providers = all.map(({ provider }) => provider);
  assertEquals(new Set(providers).size, providers.length);
  const also = providers.filter((name) => Object.hasOwn(UNSUPPORTED, name));
  // It runs with a model of one's own only.
  assertEquals(also, ["llm_bedrock"]);
});
