import { PipeException } from "../../errors.ts";
import type { ControlCall, NodeInstance } from "../node.ts";

/**
 * Ask a helper over a control connection.
 *
 * With `nodeId` only that helper is asked; otherwise they are asked in order
 * until one answers with something other than `undefined`.
 *
 * @param instances The nodes at work on the object.
 * @param ids The helpers of the class.
 * @throws {PipeException} There is no such helper, or none accepts the call.
 */
export async function controlHelper(
  instances: ReadonlyMap<string, NodeInstance>,
  ids: readonly string[],
  classType: string,
  call: ControlCall,
  nodeId?: string,
): Promise<unknown> {
  if (ids.length === 0) {
    throw new PipeException(`No control listeners registered for ${classType}`);
  }
  if (nodeId !== undefined && !ids.includes(nodeId)) {
    throw new PipeException(
      `Node '${nodeId}' not found for control type '${classType}'`,
    );
  }
  for (const id of nodeId === undefined ? ids : [nodeId]) {
    const instance = instances.get(id);
    if (!instance?.invoke) {
      if (nodeId === undefined) continue;
      throw new PipeException(`Driver ${id} does not accept invoke calls`);
    }
    const answer = await instance.invoke(call);
    if (answer !== undefined) return answer;
  }
  throw new PipeException(
    `No driver accepted the ${classType} invoke command`,
  );
}
