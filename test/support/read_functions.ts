import { mustRun } from "./run_program.ts";
import { ROOT } from "./read_tree.ts";

/** A function that an entry exports; one with overloads occurs repeatedly. */
export interface ExportedFunction {
  readonly name: string;
  /** Its parameters and the names of their types, in order. */
  readonly parameters: readonly {
    readonly name: string;
    readonly type: string;
  }[];
}

/** What `deno doc` prints of a parameter. */
interface Parameter {
  readonly name?: string;
  /** Has the name and the type where there is a default. */
  readonly left?: Parameter;
  readonly tsType?: { readonly repr?: string } | null;
}

interface Declaration {
  readonly kind: string;
  readonly def: { readonly params: readonly Parameter[] };
}

interface Documentation {
  readonly nodes: Readonly<
    Record<string, {
      readonly symbols: readonly {
        readonly name: string;
        readonly declarations: readonly Declaration[];
      }[];
    }>
  >;
}

/** Read the functions that a module exports. */
export async function readFunctions(
  file: string,
): Promise<readonly ExportedFunction[]> {
  const printed = await mustRun(Deno.execPath(), ["doc", "--json", file], ROOT);
  const { nodes } = JSON.parse(printed) as Documentation;
  return Object.values(nodes).flatMap(({ symbols }) =>
    symbols.flatMap(({ name, declarations }) =>
      declarations.filter(({ kind }) => kind === "function")
        .map(({ def }) => ({ name, parameters: def.params.map(parameterOf) }))
    )
  );
}

function parameterOf(
  parameter: Parameter,
): ExportedFunction["parameters"][number] {
  const { name = "", tsType } = parameter.left ?? parameter;
  return { name, type: tsType?.repr ?? "" };
}
