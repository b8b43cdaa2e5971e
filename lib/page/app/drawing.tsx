/// <reference lib="dom" />
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Pipeline } from "@rocketride/streams";
import { beat } from "./engine_model.ts";
import { count } from "./format.ts";
import {
  type Drawing,
  type DrawnConnection,
  type DrawnNode,
  layOut,
  NODE_HEIGHT,
  NODE_WIDTH,
} from "./layout.ts";
import { connectionKey, type Passage, type TaskModel } from "./task_model.ts";

/** Milliseconds that a dot moves from one component to the next. */
const WAY_MS = 700;
/** The least time between two dots on one connection, in milliseconds. */
const GAP_MS = 140;
/** The most dots at once. */
const MOST_SHOWN = 32;
/** The smallest scale of a drawing; larger drawings scroll. */
const LEAST_SCALE = 0.85;
/** The preferred greatest height, so that the charts below stay visible. */
const MOST_HEIGHT = 500;

/** The drawing of a pipeline, with its counts. */
export function PipelineDrawing(
  { task, pipeline }: { task: TaskModel; pipeline: Pipeline },
): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) =>
      setRoom(Math.floor(entry!.contentRect.width))
    );
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, []);
  const { drawing, scale } = useMemo(
    () => fitted(pipeline, room),
    [pipeline, room],
  );
  const { width, height, nodes, connections } = drawing;
  useEffect(() => {
    const { scrollWidth, clientWidth } = frame.current!;
    frame.current!.scrollLeft = (scrollWidth - clientWidth) / 2;
  }, [drawing]);
  return (
    <div
      class="drawing"
      ref={frame}
      {
        // A scrollable element must be reachable by keyboard.
        ...(width * scale > room && { tabIndex: 0 })
      }
    >
      {room > 0 && (
        <svg
          role="img"
          aria-label={summary(nodes, connections)}
          viewBox={`0 0 ${width} ${height}`}
          width={width * scale}
        >
          <Connections
            task={task}
            connections={connections}
          />
          <Moving task={task} connections={connections} />
          <Nodes task={task} nodes={nodes} />
        </svg>
      )}
    </div>
  );
}

/** The direction with the larger scale, and that scale. */
function fitted(
  pipeline: Pipeline,
  room: number,
): { drawing: Drawing; scale: number } {
  const [across, along] = (["right", "down"] as const).map((direction) => {
    const drawing = layOut(pipeline, direction);
    const { width, height } = drawing;
    const scale = Math.min(1, room / width, MOST_HEIGHT / height);
    return { drawing, scale };
  });
  const best = along!.scale > across!.scale ? along! : across!;
  return { ...best, scale: Math.max(best.scale, LEAST_SCALE) };
}

function Connections(
  { task, connections }: {
    task: TaskModel;
    connections: readonly DrawnConnection[];
  },
): JSX.Element {
  beat.value;
  return (
    <g>
      {connections.map(({ key, path, label, isControl, place }) => {
        const passage = task.connections.get(key);
        const [x, y, anchor] = place;
        return (
          <g key={key} class={classes("connection", passage, isControl)}>
            <path d={path} />
            <text x={x} y={y} text-anchor={anchor}>
              {label}
              {passage && (
                <tspan class="count">
                  {" "}
                  {count(passage.passed)}
                </tspan>
              )}
            </text>
          </g>
        );
      })}
    </g>
  );
}

function Nodes(
  { task, nodes }: { task: TaskModel; nodes: readonly DrawnNode[] },
): JSX.Element {
  beat.value;
  return (
    <g>
      {nodes.map(({ id, provider, x, y }) => {
        const passage = id === task.source && !task.isTraced
          ? { passed: task.done + task.failed, failed: 0 }
          : task.components.get(id);
        const isBusy = !task.completed && task.busy.has(id);
        return (
          <g
            key={id}
            class={`node${isBusy ? " busy" : ""}${
              passage?.failed ? " failed" : ""
            }`}
            transform={`translate(${x} ${y})`}
          >
            <title>{id}</title>
            <rect width={NODE_WIDTH} height={NODE_HEIGHT} rx="8" />
            <text x="12" y="23" class="name">{shortened(id, 21)}</text>
            {passage?.failed
              ? (
                <text x="12" y="42" class="errors">
                  {count(passage.failed)} failed
                </text>
              )
              : (
                <text x="12" y="42" class="provider">
                  {shortened(provider, 17)}
                </text>
              )}
            {passage && (
              <text x={NODE_WIDTH - 12} y="42" class="count">
                {count(passage.passed)}
              </text>
            )}
          </g>
        );
      })}
    </g>
  );
}

/** Dots that move along the connections, one for each passing object. */
function Moving(
  { task, connections }: {
    task: TaskModel;
    connections: readonly DrawnConnection[];
  },
): JSX.Element {
  const group = useRef<SVGGElement>(null);
  useEffect(() => {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const moving = move(group.current!, connections);
    task.onPass = moving.pass;
    return () => {
      task.onPass = undefined;
      moving.stop();
    };
  }, [task, connections]);
  return <g ref={group} class="moving" />;
}

/** Move dots along connections; frames are requested only while dots move. */
function move(
  group: SVGGElement,
  connections: readonly DrawnConnection[],
): { pass(from: string, to: string): void; stop(): void } {
  const ways = new Map(connections.map((it) => [it.key, it.points]));
  const last = new Map<string, number>();
  const moving: { dot: SVGCircleElement; key: string; since: number }[] = [];
  const spare: SVGCircleElement[] = [];
  let frame = 0;

  function newDot(): SVGCircleElement {
    const dot = document.createElementNS(
      "http://www.w3.org/2000/svg",
      "circle",
    );
    dot.setAttribute("r", "4");
    return dot;
  }

  function show(now: number): void {
    for (let at = moving.length - 1; at >= 0; at--) {
      const { dot, key, since } = moving[at]!;
      const share = (now - since) / WAY_MS;
      const points = ways.get(key)!;
      const [x, y] = points[Math.floor(Math.max(0, share) * points.length)] ??
        [];
      if (x === undefined) {
        moving.splice(at, 1);
        dot.remove();
        spare.push(dot);
      } else {
        dot.setAttribute("transform", `translate(${x} ${y})`);
      }
    }
    frame = moving.length > 0 ? requestAnimationFrame(show) : 0;
  }

  return {
    pass(from, to): void {
      const key = connectionKey(from, to);
      const now = performance.now();
      if (now - (last.get(key) ?? -GAP_MS) < GAP_MS) return;
      if (moving.length >= MOST_SHOWN || !ways.has(key) || document.hidden) {
        return;
      }
      last.set(key, now);
      const dot = spare.pop() ?? newDot();
      group.append(dot);
      moving.push({ dot, key, since: now });
      frame ||= requestAnimationFrame(show);
    },
    stop(): void {
      cancelAnimationFrame(frame);
      group.replaceChildren();
    },
  };
}

function classes(
  name: string,
  passage: Passage | undefined,
  isControl: boolean,
): string {
  return [
    name,
    isControl && "control",
    passage && "used",
    passage?.failed && "failed",
  ].filter(Boolean).join(" ");
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** The text alternative of a drawing. */
function summary(
  nodes: readonly DrawnNode[],
  connections: readonly DrawnConnection[],
): string {
  const parts = connections.map(({ key, label }) => {
    const [from, to] = key.split("\0");
    return `${from} to ${to} by ${label}`;
  });
  return `Pipeline of ${nodes.length} components. ${parts.join("; ")}`;
}
