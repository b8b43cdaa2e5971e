export { serviceDocument } from "./service_document.ts";
export { serviceList, type ServiceListOptions } from "./service_list.ts";
export {
  type UnsupportedNeed,
  type UnsupportedNode,
  unsupportedNodes,
  unsupportedReason,
} from "./unsupported.ts";
