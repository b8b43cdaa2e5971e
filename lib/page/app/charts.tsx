import type { JSX } from "preact";
import { Chart } from "./chart.tsx";
import { duration, rate } from "./format.ts";
import { SECONDS, type Series } from "./series.ts";

/** Throughput and latency, of a task or of all. */
export function Charts(
  { of, name }: { of: Series; name: string },
): JSX.Element {
  return (
    <div class="charts" key={name}>
      <Chart
        title="Throughput"
        lines={[
          { label: "failed", color: "--bad" },
          { label: "done", color: "--accent", isFilled: true },
        ]}
        data={() => [of.times, of.failed, of.done]}
        now={() => `${rate(of.done.at(-1) ?? 0)}/s`}
        format={rate}
        least={4}
        seconds={SECONDS}
      />
      <Chart
        title="Latency"
        lines={[
          { label: "95 %", color: "--warn" },
          { label: "median", color: "--accent" },
        ]}
        data={() => [of.times, of.slow, of.median]}
        now={() => {
          const { latest } = of;
          return latest ? duration(latest.median) : "none yet";
        }}
        format={duration}
        least={10}
        seconds={SECONDS}
      />
    </div>
  );
}
