import { isRecord } from "../../../schema/json.ts";
import {
  defineNode,
  type Lane,
  type NodeDefinition,
  type NodeField,
  type TaskContext,
} from "../node.ts";
import { responseInstance, type ResultLane } from "./_response_instance.ts";

const TITLES: Readonly<Record<ResultLane, string>> = {
  text: "Text",
  table: "Table",
  documents: "Documents",
  questions: "Questions",
  answers: "Answers",
  audio: "Audio",
  video: "Video",
  image: "Image",
};

const LANES = Object.keys(TITLES) as readonly ResultLane[];

/** The longest name of a result field that forms accept. */
const LONGEST_NAME = 32;

/**
 * The nodes that write results: `response` for all lanes, and one for each
 * lane, such as `response_text`.
 *
 * A field of the result is a list, in the order of arrival. It is named by
 * `laneName`, else by the entry of `lanes` for the lane, else like the lane.
 *
 * @returns Their definitions.
 */
export function responseNodes(): readonly NodeDefinition[] {
  return [
    responseNode("response", "Response", LANES),
    ...LANES.map((lane) =>
      responseNode(`response_${lane}`, `${TITLES[lane]} response`, [lane])
    ),
  ];
}

function responseNode(
  provider: string,
  title: string,
  lanes: readonly ResultLane[],
): NodeDefinition {
  return defineNode({
    provider,
    title,
    description: `Writes what it receives (${lanes.join(", ")}) to the ` +
      "result of the object.",
    classType: ["infrastructure"],
    lanes: Object.fromEntries(lanes.map((lane) => [lane, []])),
    capabilities: provider === "response" ? ["INTERNAL"] : [],
    fields: fieldsOf(lanes),
    start: (context: TaskContext) => {
      const key = keyChoice(context);
      return { instance: (pipe) => responseInstance(pipe, lanes, key) };
    },
  });
}

function fieldsOf(lanes: readonly ResultLane[]): readonly NodeField[] {
  const laneName: NodeField = {
    name: "laneName",
    type: "string",
    description: `The field of the result, 1 to ${LONGEST_NAME} characters.`,
    ...(lanes.length === 1 && { default: lanes[0] }),
    optional: true,
  };
  if (lanes.length === 1) return [laneName];
  return [laneName, {
    name: "lanes",
    type: "array",
    description: "The field of each lane, as `{laneId, laneName}`.",
    optional: true,
  }];
}

/** Which field of the result a lane is written to. */
function keyChoice(context: TaskContext): (lane: Lane) => string {
  const { laneName, lanes } = context.config;
  if (isFieldName(laneName)) {
    if ([...laneName].length > LONGEST_NAME) {
      context.warn(
        `Component ${context.id}: 'laneName' is longer than ` +
          `${LONGEST_NAME} characters`,
      );
    }
    return () => laneName;
  }
  const entries: readonly unknown[] = Array.isArray(lanes) ? lanes : [];
  const named = new Map(
    entries.filter(isNamedLane).map((entry) => [entry.laneId, entry.laneName]),
  );
  return (lane) => named.get(lane) ?? lane;
}

function isFieldName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isNamedLane(
  entry: unknown,
): entry is { laneId: string; laneName: string } {
  return isRecord(entry) && isFieldName(entry.laneId) &&
    isFieldName(entry.laneName);
}
