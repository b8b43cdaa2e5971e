import type { JsonObject } from "../../../../../schema/json.ts";

/** What a deprecated profile advises, in one sentence for all. */
const MIGRATION = "choose a profile of a current model";

/**
 * Read presets from a table: one profile a line, with its model, the tokens
 * that the model holds and those that it writes, and perhaps `deprecated`. A
 * dash stands for what the preset leaves open.
 *
 * @param common Members that all presets have.
 */
export function profileTable(
  table: string,
  common: JsonObject = {},
): Record<string, JsonObject> {
  const lines = table.split("\n").map((line) => line.trim())
    .filter((line) => line !== "");
  return Object.fromEntries(lines.map((line) => {
    const [profile = "", model, total, output, note] = line.split(/\s+/);
    return [profile, {
      model: model === "-" ? "" : model ?? "",
      ...(isSet(total) && { modelTotalTokens: Number(total) }),
      ...(isSet(output) && { modelOutputTokens: Number(output) }),
      ...common,
      ...(note === "deprecated" && { deprecated: true, migration: MIGRATION }),
    }];
  }));
}

function isSet(cell: string | undefined): boolean {
  return cell !== undefined && cell !== "-";
}
