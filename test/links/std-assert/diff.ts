/** Lines that both sides share are cut down to this many around a change. */
const CONTEXT = 4;

/** Above this many cells, look for no common lines between two changes. */
const TABLE_LIMIT = 4_000_000;

interface Line {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

/** Show where two texts differ, line by line, as `-` actual and `+` expected. */
export function diff(actual: string, expected: string): string {
  const left = actual.split("\n");
  const right = expected.split("\n");
  let start = 0;
  while (start < left.length && left[start] === right[start]) start++;
  let end = 0;
  while (
    end < Math.min(left.length, right.length) - start &&
    left.at(-1 - end) === right.at(-1 - end)
  ) end++;
  return render([
    ...left.slice(0, start).map(kept),
    ...changed(
      left.slice(start, left.length - end),
      right.slice(start, right.length - end),
    ),
    ...left.slice(left.length - end).map(kept),
  ]);
}

function kept(text: string): Line {
  return { mark: " ", text };
}

function changed(left: readonly string[], right: readonly string[]): Line[] {
  if (left.length * right.length > TABLE_LIMIT) {
    return [...left.map(removed), ...right.map(added)];
  }
  const common = commonTails(left, right);
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      lines.push(kept(left[i]!));
      i++;
      j++;
    } else if (
      j >= right.length ||
      i < left.length && common[i + 1]![j]! >= common[i]![j + 1]!
    ) {
      lines.push(removed(left[i++]!));
    } else {
      lines.push(added(right[j++]!));
    }
  }
  return lines;
}

function removed(text: string): Line {
  return { mark: "-", text };
}

function added(text: string): Line {
  return { mark: "+", text };
}

/** `table[i][j]`: how many lines `left` from i and `right` from j can share. */
function commonTails(
  left: readonly string[],
  right: readonly string[],
): Uint32Array[] {
  const table = Array.from(
    { length: left.length + 1 },
    () => new Uint32Array(right.length + 1),
  );
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      table[i]![j] = left[i] === right[j]
        ? table[i + 1]![j + 1]! + 1
        : Math.max(table[i + 1]![j]!, table[i]![j + 1]!);
    }
  }
  return table;
}

function render(lines: readonly Line[]): string {
  const shown = lines.map((_, at) =>
    lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1)
      .some((line) => line.mark !== " ")
  );
  return lines.flatMap((line, at) => {
    if (shown[at]) return [`${line.mark}   ${line.text}`];
    return at === 0 || shown[at - 1] ? ["    …"] : [];
  }).join("\n");
}
