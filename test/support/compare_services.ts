/**
 * Prints how the nodes of the engine differ from RocketRide's own definitions:
 * `deno task engine:compare FOLDER`, where the folder has a `services.json` of
 * an official engine, definitions by provider.
 *
 * @module
 */
import { isRecord } from "../../schema/json.ts";
import type { NodeDefinition } from "../../lib/engine/node.ts";
import { builtinNodes } from "../../lib/engine/nodes/builtin_nodes.ts";
import { UNSUPPORTED } from "../../lib/engine/services/unsupported.ts";
import { print } from "../runner/report.ts";

/** What of an official definition is compared. */
interface Official {
  readonly classType?: readonly string[];
  readonly capabilities?: readonly string[];
  readonly lanes?: Readonly<Record<string, readonly string[]>>;
  readonly invoke?: Readonly<Record<string, { min?: number; max?: number }>>;
  readonly preconfig?: {
    readonly default?: string;
    readonly profiles?: Readonly<Record<string, Record<string, unknown>>>;
  };
}

/** Members of profiles that are words for people, or where to get a model. */
const IGNORED = ["title", "modelSource", "migration", "apikey", "serverbase"];

/**
 * Compare the engine's nodes with official definitions.
 *
 * @returns One line a difference, by provider.
 */
export function compareServices(
  official: Readonly<Record<string, unknown>>,
): readonly string[] {
  const own = new Map(
    builtinNodes({ llm: () => "" }).map((node) => [node.provider, node]),
  );
  const lines: string[] = [];
  for (const [provider, found] of Object.entries(official)) {
    const definition = (Array.isArray(found) ? found[0] : found) as Official;
    const node = own.get(provider);
    if (node) {
      for (const line of differences(node, definition)) {
        lines.push(`${provider}: ${line}`);
      }
    } else if (!Object.hasOwn(UNSUPPORTED, provider)) {
      lines.push(`${provider}: neither here nor refused with a reason`);
    }
  }
  for (const provider of [...own.keys(), ...Object.keys(UNSUPPORTED)]) {
    if (!Object.hasOwn(official, provider)) {
      lines.push(`${provider}: is no official provider`);
    }
  }
  return lines;
}

function differences(
  node: NodeDefinition,
  { classType, capabilities, lanes, invoke, preconfig }: Official,
): readonly string[] {
  const bits = (names: readonly string[] = []): readonly string[] =>
    names.map((name) => name.toLowerCase()).sort();
  const slots = (all: Official["invoke"] = {}): unknown =>
    Object.fromEntries(
      Object.entries(all).map(([name, { min, max }]) => [name, { min, max }]),
    );
  return [
    ...different("classType", node.classType, classType),
    ...different("capabilities", bits(node.capabilities), bits(capabilities)),
    ...different("lanes", node.lanes, lanes ?? {}),
    ...different("invoke", slots(node.invoke), slots(invoke)),
    ...presetDifferences(node.preconfig, preconfig),
  ];
}

/** A preset that sets nothing is as good as none. */
function presetDifferences(
  own: Official["preconfig"],
  official: Official["preconfig"],
): readonly string[] {
  const [ours, theirs] = [own, official].map((
    presets,
  ): NonNullable<typeof presets> => {
    const profiles = presets?.profiles ?? {};
    const isNone = Object.values(profiles)
      .every((profile) => Object.keys(profile).length === 0);
    return isNone ? {} : { ...presets, profiles };
  });
  return [
    ...different("default profile", ours!.default, theirs!.default),
    ...profileDifferences(ours!.profiles ?? {}, theirs!.profiles ?? {}),
  ];
}

function profileDifferences(
  own: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  official: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): readonly string[] {
  return [...new Set([...Object.keys(official), ...Object.keys(own)])]
    .flatMap((profile) => {
      const [ours, theirs] = [own[profile], official[profile]];
      if (!ours) return [`profile '${profile}' is missing`];
      if (!theirs) return [`profile '${profile}' is not official`];
      const names = new Set([...Object.keys(theirs), ...Object.keys(ours)]);
      return [...names].filter((name) => !IGNORED.includes(name))
        .flatMap((name) =>
          different(`profile '${profile}', ${name}`, ours[name], theirs[name])
        );
    });
}

function different(
  what: string,
  ours: unknown,
  theirs: unknown,
): readonly string[] {
  const [here, there] = [ours, theirs].map((value) =>
    JSON.stringify(sorted(value)) ?? "nothing"
  );
  return here === there ? [] : [`${what}: ${here}, officially ${there}`];
}

/** A value with the members of objects in alphabetical order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)
      .map(([key, one]) => [key, sorted(one)]),
  );
}

if (import.meta.main) {
  const [folder] = Deno.args;
  if (folder === undefined) throw new Error("Name the folder of services.json");
  const text = await Deno.readTextFile(`${folder}/services.json`);
  const lines = compareServices(JSON.parse(text));
  for (const line of lines) print(line);
  print(`${lines.length} differences`);
}
