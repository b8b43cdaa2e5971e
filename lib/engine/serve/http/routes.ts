import { postData } from "./data_route.ts";
import {
  getPing,
  getServices,
  getStatus,
  getVersion,
  postValidate,
} from "./info_routes.ts";
import type { Route } from "./route.ts";
import { deleteTask, getTask, postTask } from "./task_routes.ts";

/**
 * All paths. `/ping` and `/pipe/validate` exist on servers,
 * too, but most do not serve them.
 */
export const ROUTES: readonly Route[] = [
  route(["POST", "PUT"], "/task", "header", postTask),
  route(["GET"], "/task", "header", getTask),
  route(["DELETE"], "/task", "header", deleteTask),
  route(["POST"], "/task/data", "header", postData),
  route(["POST"], "/webhook", "header", postData),
  route(["PUT"], "/task/process", "header", postData),
  route(["GET"], "/services", "public", getServices),
  route(["GET"], "/version", "public", getVersion),
  route(["GET"], "/status", "credential", getStatus),
  route(["GET"], "/ping", "public", getPing),
  route(["POST"], "/pipe/validate", "public", postValidate),
];

function route(
  methods: readonly string[],
  path: string,
  access: Route["access"],
  answer: Route["answer"],
): Route {
  return { methods, path, access, answer };
}
