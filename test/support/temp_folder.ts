/** An empty folder that is removed, with all that came into it, at the end. */
export interface TempFolder extends AsyncDisposable {
  readonly path: string;
}

/** Make an empty folder outside of the tree. */
export async function tempFolder(): Promise<TempFolder> {
  const path = await Deno.realPath(await Deno.makeTempDir());
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
