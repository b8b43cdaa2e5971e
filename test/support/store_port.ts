import type { ResponseMessage } from "../../schema/envelope.ts";
import type { Body, RawClient } from "./raw_client.ts";

/** The store's commands, over a client. */
export interface StorePort {
  /** A command that must succeed; answers the body. */
  ok(subcommand: string, args?: object, data?: Uint8Array): Promise<Body>;
  /** A command that must fail; answers why. */
  fails(subcommand: string, args?: object, data?: Uint8Array): Promise<string>;
  /** Read once, and look at the whole answer. */
  read(handle: unknown, args?: object): Promise<ResponseMessage>;
  /** Make a file. */
  put(path: string, text: string): Promise<void>;
  /** What is in a file. */
  get(path: string): Promise<string>;
  /** The names in a directory. */
  names(path?: string): Promise<string[]>;
}

/** The commands of the store. */
export function storePort(client: RawClient): StorePort {
  const command = "rrext_store";
  const port: StorePort = {
    ok: (subcommand, args, data) =>
      client.ok(command, { subcommand, ...args }, data),
    fails: (subcommand, args, data) =>
      client.fails(command, { subcommand, ...args }, data),
    read: (handle, args) =>
      client.request(command, { subcommand: "fs_read", handle, ...args }),
    async put(path, text): Promise<void> {
      const { handle } = await port.ok("fs_open", { path, mode: "w" });
      const data = new TextEncoder().encode(text);
      await port.ok("fs_write", { handle }, data);
      await port.ok("fs_close", { handle, mode: "w" });
    },
    async get(path): Promise<string> {
      const { handle } = await port.ok("fs_open", { path });
      const text = textOf(await port.read(handle));
      await port.ok("fs_close", { handle, mode: "r" });
      return text;
    },
    async names(path = ""): Promise<string[]> {
      const { entries } = await port.ok("fs_list_dir", { path });
      return entries.map(({ name }: { name: string }) => name);
    },
  };
  return port;
}

/** The bytes of an answer, as text. */
export function textOf({ arguments: args }: ResponseMessage): string {
  return new TextDecoder().decode(args?.data as Uint8Array);
}
