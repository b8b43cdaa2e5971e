/// <reference lib="dom" />

/** Be told of files that are dropped on an element, or chosen in its input. */
export function onFiles(
  target: HTMLElement,
  take: (files: readonly File[]) => void,
): void {
  const input = target.querySelector("input")!;
  const mark = (isOver: boolean) => (event: Event): void => {
    event.preventDefault();
    target.classList.toggle("over", isOver);
  };
  target.addEventListener("dragover", mark(true));
  target.addEventListener("dragleave", mark(false));
  target.addEventListener("drop", mark(false));
  target.addEventListener("drop", ({ dataTransfer }) => {
    take([...dataTransfer?.files ?? []]);
  });
  input.addEventListener("change", () => {
    take([...input.files ?? []]);
    input.value = "";
  });
}
