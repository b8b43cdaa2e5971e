/// <reference lib="dom" />
import type { JSX } from "preact";
import { useState } from "preact/hooks";

/** What {@linkcode Dropzone} needs. */
export interface DropzoneProps {
  /** The visible label. */
  readonly label: string;
  /** Called with the files. */
  readonly onFiles: (files: readonly File[]) => void;
  /** Whether only one file can be chosen. */
  readonly isSingle?: boolean;
  /** Which files can be chosen, as `accept` of an input. */
  readonly accept?: string;
  readonly disabled?: boolean;
}

/** An input for files, which also takes dropped files. */
export function Dropzone(
  { label, onFiles, isSingle, accept, disabled }: DropzoneProps,
): JSX.Element {
  const [isOver, setOver] = useState(false);
  const over = (is: boolean) => (event: DragEvent): void => {
    event.preventDefault();
    setOver(is && !disabled);
  };
  return (
    <label
      class={`dropzone${isOver ? " over" : ""}`}
      onDragOver={over(true)}
      onDragLeave={over(false)}
      onDrop={(event) => {
        over(false)(event);
        const files = [...event.dataTransfer?.files ?? []];
        if (files.length > 0 && !disabled) onFiles(files);
      }}
    >
      <input
        type="file"
        multiple={!isSingle}
        accept={accept}
        disabled={disabled}
        onChange={(event) => {
          const input = event.currentTarget;
          const files = [...input.files ?? []];
          input.value = "";
          if (files.length > 0) onFiles(files);
        }}
      />
      <span>
        <strong>{label}</strong> or choose {isSingle ? "one" : "them"}
      </span>
    </label>
  );
}
