import type { Pipeline } from "@rocketride/streams";
import { connectionKey } from "./task_model.ts";

/** The size of a component in a drawing. */
export const NODE_WIDTH = 184;
export const NODE_HEIGHT = 56;

/** The distance of consecutive components, with room for the lane. */
const GAP_AHEAD = { right: 72, down: 46 };
/** The distance of components in one rank. */
const GAP_ASIDE = 20;
const MARGIN = 8;
const SWEEPS = 6;
/** The number of points along a curve. */
const STEPS = 24;

/** The direction of a drawing. */
export type Direction = "right" | "down";

/** A point of a drawing. */
export type Point = readonly [x: number, y: number];

/** The alignment of a text in SVG. */
export type LabelPlace = readonly [
  x: number,
  y: number,
  anchor: "start" | "middle" | "end",
];

/** A component in a drawing; its upper left corner. */
export interface DrawnNode {
  readonly id: string;
  readonly provider: string;
  readonly x: number;
  readonly y: number;
}

/** The connection of two components, with all its lanes. */
export interface DrawnConnection {
  /** See {@linkcode connectionKey}. */
  readonly key: string;
  /** The lanes, or the role of the called component. */
  readonly label: string;
  /** Whether one component calls the other, instead of sending it data. */
  readonly isControl: boolean;
  /** The curve as an SVG path. */
  readonly path: string;
  /** Points along the curve, for moving dots. */
  readonly points: readonly Point[];
  /** The position and the alignment of the label. */
  readonly place: LabelPlace;
}

/** A drawing of a pipeline. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly DrawnNode[];
  readonly connections: readonly DrawnConnection[];
}

interface Link {
  readonly from: string;
  readonly to: string;
  readonly labels: string[];
  readonly isControl: boolean;
}

/**
 * Arrange a pipeline: each component in a rank after its inputs, ordered within
 * the rank for few crossings. A connection over several ranks has a position in
 * each of them, so that it crosses no component.
 */
export function layOut(pipeline: Pipeline, direction: Direction): Drawing {
  const providers = new Map(
    pipeline.components.map(({ id, provider }) => [id, provider]),
  );
  const links = linksOf(pipeline).filter(({ from, to }) =>
    providers.has(from) && providers.has(to)
  );
  const rank = ranks([...providers.keys()], links);
  const chains = links.map((link) => chainOf(link, rank));
  const rows = arrange([...providers.keys()], rank, chains);

  const [ahead, aside] = direction === "right"
    ? [NODE_WIDTH, NODE_HEIGHT]
    : [NODE_HEIGHT, NODE_WIDTH];
  const isPlace = (id: string): boolean => !providers.has(id);
  const sizeOf = (id: string): number => isPlace(id) ? aside / 3 : aside;
  const lengthOf = (row: readonly string[]): number =>
    row.reduce((sum, id) => sum + sizeOf(id) + GAP_ASIDE, -GAP_ASIDE);
  const longest = Math.max(0, ...rows.map(lengthOf));
  const at = new Map<string, Point>();
  rows.forEach((row, place) => {
    let side = MARGIN + (longest - lengthOf(row)) / 2;
    for (const id of row) {
      at.set(id, [
        MARGIN + place * (ahead + GAP_AHEAD[direction]),
        side + sizeOf(id) / 2,
      ]);
      side += sizeOf(id) + GAP_ASIDE;
    }
  });

  /** Convert from rank direction to the direction of the drawing. */
  const turned = ([a, b]: Point): Point =>
    direction === "right" ? [a, b] : [b, a];
  const deep = rows.length * (ahead + GAP_AHEAD[direction]) -
    GAP_AHEAD[direction];
  const [width, height] = turned([deep + 2 * MARGIN, longest + 2 * MARGIN]);
  return {
    width,
    height,
    nodes: [...providers].map(([id, provider]) => {
      const [a, b] = at.get(id)!;
      const [x, y] = turned([a, b - aside / 2]);
      return { id, provider, x, y };
    }),
    connections: links.map((link, index) => {
      const stops = chains[index]!.flatMap((id, place, all): Point[] => {
        const [a, b] = at.get(id)!;
        if (place === 0) return [[a + ahead, b]];
        if (place === all.length - 1) return [[a, b]];
        return [[a, b], [a + ahead, b]];
      });
      const curve = drawn(stops, turned);
      const [first, last] = [stops[0]!, stops.at(-1)!].map(turned);
      return {
        ...curve,
        ...described(link),
        place: direction === "right"
          ? above(curve.points[STEPS >> 1]!)
          : beside(first!, last!),
      };
    }),
  };
}

function linksOf({ components }: Pipeline): Link[] {
  const links = new Map<string, Link>();
  function add(
    from: string,
    to: string,
    label: string,
    isControl: boolean,
  ): void {
    const key = connectionKey(from, to);
    const known = links.get(key);
    if (known) known.labels.push(label);
    else links.set(key, { from, to, labels: [label], isControl });
  }
  for (const { id, input = [], control = [] } of components) {
    for (const { from, lane } of input) add(from, id, lane, false);
    for (const { from, classType } of control) add(from, id, classType, true);
  }
  return [...links.values()];
}

/** The length of the longest path to each component. */
function ranks(
  ids: readonly string[],
  links: readonly Link[],
): ReadonlyMap<string, number> {
  const rank = new Map(ids.map((id) => [id, 0]));
  // A longer path than this has a cycle.
  for (let round = 1; round < ids.length; round++) {
    let isDone = true;
    for (const { from, to } of links) {
      const least = Math.min(rank.get(from)! + 1, ids.length - 1);
      if (from === to || rank.get(to)! >= least) continue;
      rank.set(to, least);
      isDone = false;
    }
    if (isDone) break;
  }
  return rank;
}

/** The ends of a connection, with a position in each rank between them. */
function chainOf(
  { from, to }: Link,
  rank: ReadonlyMap<string, number>,
): string[] {
  const places: string[] = [];
  for (let at = rank.get(from)! + 1; at < rank.get(to)!; at++) {
    places.push(`${connectionKey(from, to)}\0${at}`);
  }
  return [from, ...places, to];
}

/** The ranks, ordered so that connected members are near each other. */
function arrange(
  ids: readonly string[],
  rank: ReadonlyMap<string, number>,
  chains: readonly (readonly string[])[],
): string[][] {
  const rows: string[][] = [];
  for (const id of ids) (rows[rank.get(id)!] ??= []).push(id);
  const neighbours = new Map<string, string[]>();
  for (const chain of chains) {
    chain.forEach((id, place) => {
      if (place > 0 && place < chain.length - 1) {
        (rows[rank.get(chain[0]!)! + place] ??= []).push(id);
      }
      const beside = [chain[place - 1], chain[place + 1]];
      const all = neighbours.get(id) ?? [];
      neighbours.set(id, all.concat(beside.filter((it) => it !== undefined)));
    });
  }
  const filled = rows.filter((row) => row.length > 0);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const row of sweep % 2 ? [...filled].reverse() : filled) {
      const place = new Map(
        filled.flatMap((it) => it.map((id, at) => [id, at / it.length])),
      );
      const wish = (id: string): number => {
        const all = neighbours.get(id) ?? [];
        if (all.length === 0) return place.get(id)!;
        return all.reduce((sum, it) => sum + place.get(it)!, 0) / all.length;
      };
      const wishes = new Map(row.map((id) => [id, wish(id)]));
      row.sort((a, b) => wishes.get(a)! - wishes.get(b)!);
    }
  }
  return filled;
}

function described(
  { from, to, labels, isControl }: Link,
): Pick<DrawnConnection, "key" | "label" | "isControl"> {
  return { key: connectionKey(from, to), label: labels.join(", "), isControl };
}

/** A smooth curve through points; the rank direction is the first coordinate. */
function drawn(
  stops: readonly Point[],
  turned: (point: Point) => Point,
): Pick<DrawnConnection, "path" | "points"> {
  const write = (point: Point): string => turned(point).join(" ");
  const points: Point[] = [];
  let path = `M${write(stops[0]!)}`;
  for (const [place, to] of stops.slice(1).entries()) {
    const from = stops[place]!;
    const half = (to[0] - from[0]) / 2;
    const [a, b]: Point[] = [[from[0] + half, from[1]], [to[0] - half, to[1]]];
    path += `C${write(a!)} ${write(b!)} ${write(to)}`;
    for (let step = 0; step <= STEPS; step++) {
      points.push(turned(onCurve([from, a!, b!, to], step / STEPS)));
    }
  }
  return { path, points };
}

function above([x, y]: Point): LabelPlace {
  return [x, y - 7, "middle"];
}

/** Near the end, on the side away from the curve. */
function beside([from]: Point, [x, y]: Point): LabelPlace {
  return x < from ? [x - 8, y - 8, "end"] : [x + 8, y - 8, "start"];
}

/** A point of a Bézier curve. */
function onCurve(controls: readonly Point[], t: number): Point {
  const weights = [
    (1 - t) ** 3,
    3 * t * (1 - t) ** 2,
    3 * t ** 2 * (1 - t),
    t ** 3,
  ];
  const sum = (axis: 0 | 1): number =>
    controls.reduce((all, it, at) => all + it[axis] * weights[at]!, 0);
  return [sum(0), sum(1)];
}
