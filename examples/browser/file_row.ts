/// <reference lib="dom" />
import type { UploadEvent } from "@rocketride/streams";

/** A file in the list. */
export interface FileRow {
  /** Its place on the page. */
  readonly element: HTMLElement;
  /** Show how far it is, or what became of it. */
  show(event: UploadEvent): void;
}

/** Make the row of a file. */
export function fileRow({ name, size }: File): FileRow {
  const element = document.createElement("li");
  const [title, amount, outcome] = ["name", "amount", "outcome"].map((kind) => {
    const part = document.createElement("span");
    part.className = kind;
    return part;
  }) as [HTMLElement, HTMLElement, HTMLElement];
  const bar = document.createElement("progress");
  bar.max = size || 1;
  bar.value = 0;
  title.textContent = name;
  amount.textContent = "waiting";
  element.append(title, amount, bar, outcome);
  return {
    element,
    show(event): void {
      element.className = event.action;
      switch (event.action) {
        case "complete":
          bar.value = bar.max;
          amount.textContent = `${kib(size)} KiB`;
          outcome.textContent = fingerprint(event.result?.metadata);
          break;
        case "error":
          outcome.textContent = event.error ?? "";
          break;
        default:
          bar.value = event.bytes_sent ?? 0;
          amount.textContent = `${kib(bar.value)} of ${kib(size)} KiB`;
      }
    },
  };
}

/** What the pipeline found out about a file. */
function fingerprint(metadata: unknown): string {
  const { "Content-Type": type, sha256 } = Object(metadata);
  return `${type ?? "unknown type"}, SHA-256 ${sha256}`;
}

function kib(bytes: number): string {
  return Math.ceil(bytes / 1024).toLocaleString();
}
