/// <reference lib="dom" />
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot, { type AlignedData } from "uplot";
import { second } from "./engine_model.ts";
import { duration } from "./format.ts";

/** A line of a chart. */
export interface Line {
  readonly label: string;
  /** The name of a colour of the style sheet, such as `--accent`. */
  readonly color: string;
  /** Whether the area below is filled. */
  readonly isFilled?: boolean;
}

/** What {@linkcode Chart} shows. */
export interface ChartProps {
  readonly title: string;
  /** The newest values as text. */
  readonly now: () => string;
  /** Later ones are drawn above earlier ones. */
  readonly lines: readonly Line[];
  /** Times in Unix seconds, then the values of each line. */
  readonly data: () => AlignedData;
  /** A value of the axis as text. */
  readonly format: (value: number) => string;
  /** The least maximum of the axis. */
  readonly least: number;
  /** How many seconds it shows. */
  readonly seconds: number;
}

const HEIGHT = 132;
/** With more values than this, lines have no points. */
const MOST_POINTS = 20;
const FONT = "11px system-ui, sans-serif";

/** A chart that moves every second. */
export function Chart(props: ChartProps): JSX.Element {
  const { title, now, lines } = props;
  const place = useRef<HTMLDivElement>(null);
  const current = useRef(props);
  current.current = props;
  useEffect(() => {
    const element = place.current!;
    let plot: uPlot | undefined;
    function draw(): void {
      plot?.destroy();
      plot = new uPlot(
        optionsOf(current.current, element.clientWidth),
        current.current.data(),
        element,
      );
    }
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", draw);
    const observer = new ResizeObserver(() => {
      if (plot) plot.setSize({ width: element.clientWidth, height: HEIGHT });
      else draw();
    });
    observer.observe(element);
    const stop = second.subscribe(() => plot?.setData(current.current.data()));
    return () => {
      stop();
      observer.disconnect();
      scheme.removeEventListener("change", draw);
      plot?.destroy();
    };
  }, [title]);
  second.value;
  const words = now();
  return (
    <figure class="chart">
      <figcaption>
        <h2>{title}</h2>
        <span class="legend">
          {lines.toReversed().map(({ label, color }) => (
            <span key={label} class="key" style={{ "--key": `var(${color})` }}>
              {label}
            </span>
          ))}
        </span>
        <strong>{words}</strong>
      </figcaption>
      <div
        ref={place}
        class="plot"
        role="img"
        aria-label={`${title}: ${words}`}
      />
    </figure>
  );
}

/** Isolated values between gaps are drawn as points. */
function isSparse({ data }: uPlot, line: number): boolean {
  const values = [...data[line]!];
  const known = values.filter((value) => value !== null).length;
  return known < values.length && known <= MOST_POINTS;
}

/** Every second grid line has a label. */
function ago(seconds: number, place: number): string {
  if (place % 2) return "";
  return seconds === 0 ? "now" : `${duration(seconds * 1_000)} ago`;
}

function optionsOf(
  { lines, format, least, seconds }: ChartProps,
  width: number,
): uPlot.Options {
  const probe = document.createElement("i");
  document.body.append(probe);
  /** A canvas does not resolve CSS variables. */
  const color = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const text = color("--muted");
  const grid = { stroke: color("--line"), width: 1 };
  const axis = { stroke: text, font: FONT, ticks: { show: false }, grid };
  const series = lines.map(({ label, color: name, isFilled }) => {
    const stroke = color(name);
    const fill = stroke.replace("rgb(", "rgba(").replace(")", ", 0.14)");
    return {
      label,
      stroke,
      width: 1.5,
      spanGaps: true,
      points: { size: 4, fill: stroke, show: isSparse },
      ...(isFilled && { fill }),
    };
  });
  probe.remove();
  return {
    width,
    height: HEIGHT,
    series: [{}, ...series],
    axes: [
      {
        ...axis,
        size: 22,
        // The grid is fixed; the lines move.
        splits: (_, __, ___, last) =>
          [1, 0.75, 0.5, 0.25, 0].map((share) => last - share * seconds),
        values: (_, at) => at.map((it, place) => ago(at.at(-1)! - it, place)),
      },
      {
        ...axis,
        size: 52,
        space: 28,
        values: (_, at) => at.map((value) => format(value)),
      },
    ],
    scales: {
      x: {
        time: false,
        range: (_, __, last) => [(last ?? 0) - seconds, last ?? 0],
      },
      y: { range: (_, __, most) => [0, Math.max(least, (most ?? 0) * 1.1)] },
    },
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 18, 0, 0],
  };
}
