/// <reference lib="dom" />
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Session } from "@rocketride/streams";
import {
  list,
  mkdir,
  readFile,
  readText,
  remove,
  type StoreEntry,
  writeFile,
} from "@rocketride/streams/store";
import { Dropzone } from "./dropzone.tsx";
import { bytes, dateTime, reasonOf } from "./format.ts";
import { Scrolled } from "./result_view.tsx";
import { hrefOf } from "./route.ts";

/** Bytes of a file that are shown. */
const MOST_SHOWN = 64 * 1024;
/** The size of a file that can be saved: it is held in memory. */
const MOST_SAVED = 512 * 1024 * 1024;

/** The store of the engine. */
export function Store(
  { session, path }: { session: Session; path: string },
): JSX.Element {
  const [entries, setEntries] = useState<readonly StoreEntry[]>();
  const [message, setMessage] = useState("");
  const [shown, setShown] = useState<{ name: string; text: string }>();
  const [doomed, setDoomed] = useState("");
  const [folder, setFolder] = useState("");
  const below = (name: string): string => path ? `${path}/${name}` : name;

  /** Run an action, then reload the list; failures are shown. */
  async function act(doing: string, work: () => Promise<void>): Promise<void> {
    setMessage(doing);
    try {
      await work();
      setEntries(sorted(await list(session, path)));
      setMessage("");
    } catch (error) {
      setMessage(reasonOf(error));
    }
  }

  useEffect(() => {
    setEntries(undefined);
    setShown(undefined);
    setDoomed("");
    void act("Reading…", () => Promise.resolve());
  }, [session, path]);

  async function upload(files: readonly File[]): Promise<void> {
    for (const file of files) {
      await act(`Writing ${file.name}…`, async () => {
        await file.stream().pipeTo(await writeFile(session, below(file.name)));
      });
    }
  }

  return (
    <div class="store">
      <header>
        <h1>Store</h1>
        <Breadcrumbs path={path} />
      </header>
      <Dropzone
        label="Drop files to store"
        onFiles={(files) => void upload(files)}
      />
      <form
        class="line"
        onSubmit={(event) => {
          event.preventDefault();
          void act("Creating the folder…", () => mkdir(session, below(folder)));
          setFolder("");
        }}
      >
        <label for="folder" class="hidden">Name of a new folder</label>
        <input
          id="folder"
          placeholder="New folder"
          value={folder}
          onInput={(event) => setFolder(event.currentTarget.value)}
        />
        <button type="submit" disabled={folder === ""}>Create</button>
      </form>
      <p role="status" class="quiet">{message}</p>
      {entries?.length === 0 && <p class="quiet">The folder is empty.</p>}
      {entries && entries.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col" class="number">Size</th>
              <th scope="col" class="wide">Modified</th>
              <th scope="col">
                <span class="hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {entries.map(({ name, type, size, modified }) => {
              const isFolder = type === "dir";
              return (
                <tr key={name}>
                  <th scope="row">
                    {isFolder
                      ? (
                        <a href={hrefOf({ view: "store", path: below(name) })}>
                          {name}/
                        </a>
                      )
                      : (
                        <button
                          type="button"
                          class="link"
                          onClick={() =>
                            void act(
                              "Reading…",
                              async () =>
                                setShown(await preview(session, below(name))),
                            )}
                        >
                          {name}
                        </button>
                      )}
                  </th>
                  <td class="number">
                    {size === undefined ? "" : bytes(size)}
                  </td>
                  <td class="wide">{modified ? dateTime(modified) : ""}</td>
                  <td class="actions">
                    {!isFolder && (
                      <button
                        type="button"
                        aria-label={`Save ${name}`}
                        onClick={() =>
                          void act(
                            `Reading ${name}…`,
                            () => save(session, below(name), size ?? 0),
                          )}
                      >
                        Save
                      </button>
                    )}
                    <button
                      type="button"
                      class={doomed === name ? "danger" : undefined}
                      aria-label={doomed === name
                        ? `Confirm: delete ${name}`
                        : `Delete ${name}`}
                      onBlur={() => setDoomed("")}
                      onClick={() => {
                        if (doomed !== name) return setDoomed(name);
                        setDoomed("");
                        void act(
                          `Deleting ${name}…`,
                          () =>
                            remove(session, below(name), {
                              recursive: isFolder,
                            }),
                        );
                      }}
                    >
                      {doomed === name ? "Confirm" : "Delete"}
                    </button>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {shown && (
        <section class="panel" aria-label={`Contents of ${shown.name}`}>
          <h2>{shown.name}</h2>
          <Scrolled label={shown.name}>{shown.text}</Scrolled>
        </section>
      )}
    </div>
  );
}

function Breadcrumbs({ path }: { path: string }): JSX.Element {
  const parts = path.split("/").filter(Boolean);
  return (
    <nav aria-label="Folder" class="crumbs">
      <a
        href={hrefOf({ view: "store", path: "" })}
        aria-current={parts.length === 0 ? "page" : undefined}
      >
        All files
      </a>
      {parts.map((part, at) => (
        <>
          <span aria-hidden="true">/</span>
          <a
            key={at}
            href={hrefOf({
              view: "store",
              path: parts.slice(0, at + 1).join("/"),
            })}
            aria-current={at === parts.length - 1 ? "page" : undefined}
          >
            {part}
          </a>
        </>
      ))}
    </nav>
  );
}

/** Folders first, by name. */
function sorted(entries: readonly StoreEntry[]): readonly StoreEntry[] {
  return entries.toSorted((a, b) =>
    Number(b.type === "dir") - Number(a.type === "dir") ||
    a.name.localeCompare(b.name)
  );
}

async function preview(
  session: Session,
  path: string,
): Promise<{ name: string; text: string }> {
  const name = path.slice(path.lastIndexOf("/") + 1);
  try {
    const text = await readText(session, path, { length: MOST_SHOWN });
    return { name, text: text || "The file is empty." };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { name, text: "The file is not text." };
  }
}

/** Save a file with the browser. */
async function save(
  session: Session,
  path: string,
  size: number,
): Promise<void> {
  if (size > MOST_SAVED) {
    throw new RangeError(
      `The page can save at most ${
        bytes(MOST_SAVED)
      }; use rocketride store type`,
    );
  }
  const blob = await new Response(await readFile(session, path)).blob();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = path.slice(path.lastIndexOf("/") + 1);
  link.click();
  // The browser has read the address once the download has begun.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
