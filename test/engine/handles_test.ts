import { assertEquals, assertRejects } from "@std/assert";
import { Handles, OpenFile } from "../../lib/engine/store/handles.ts";

/** A file that tells how often it was closed. */
function file(): { readonly open: OpenFile; closes: number } {
  const stored = {
    size: 0,
    read: () => Promise.resolve(new Uint8Array()),
    close(): Promise<void> {
      told.closes++;
      return Promise.resolve();
    },
  };
  const told = { open: new OpenFile(stored, () => {}), closes: 0 };
  return told;
}

Deno.test("what is open, or is being opened, is closed with its connection", async () => {
  const handles = new Handles(() => "h");
  const [open, late] = [file(), file()];
  await handles.add(() => Promise.resolve(open.open));
  const opening = Promise.withResolvers<OpenFile>();
  const adding = assertRejects(() => handles.add(() => opening.promise));
  const closing = handles.closeAll();
  opening.resolve(late.open);
  await Promise.all([adding, closing]);
  assertEquals([open.closes, late.closes], [1, 1]);
});

Deno.test("what is opened for a connection that has gone is closed at once", async () => {
  const handles = new Handles(() => "h");
  await handles.closeAll();
  const late = file();
  await assertRejects(() =>
    handles.add((isWanted) => {
      assertEquals(isWanted(), false);
      return Promise.resolve(late.open);
    })
  );
  assertEquals(late.closes, 1);
});
