/**
 * Has Node look for packages in the folder that `NODE_PATH` names. For modules
 * it does so nowhere but beside the sources, where there are none.
 */

/** What is used of Node's `module`. */
interface Modules {
  registerHooks(hooks: { resolve: Resolve }): unknown;
}

type Resolve = (
  specifier: string,
  context: object,
  next: (specifier: string, context: object) => unknown,
) => unknown;

const { process } = globalThis as unknown as {
  readonly process: {
    readonly env: Readonly<Record<string, string | undefined>>;
    getBuiltinModule(name: "node:module"): Modules;
  };
};

const parentURL = `file://${process.env.NODE_PATH}/`;

process.getBuiltinModule("node:module").registerHooks({
  resolve(specifier, context, next): unknown {
    const isPackage = /^[@a-z][^:]*$/.test(specifier);
    return next(specifier, isPackage ? { ...context, parentURL } : context);
  },
});
