// Which lines of a long list are in view.

import type { RoleLine } from "../listing";

/** As the stylesheets of the two kinds of line have it. */
const HEIGHT_PX = { heading: 34, role: 48 };
const SPARE_PX = 480;
/** What is drawn where the height is not known. */
const UNKNOWN_HEIGHT_PX = 2000;

/** Returns the top of each line in pixels, and the whole height as the last. */
export function tops(lines: RoleLine[]): number[] {
  const result = [0];
  for (const line of lines) result.push((result.at(-1) ?? 0) + HEIGHT_PX[line.kind]);
  return result;
}

/** Returns the lines between two heights, with some to spare on both sides. */
export function inView(places: number[], from: number, height: number): { first: number; end: number } {
  const until = from + (height || UNKNOWN_HEIGHT_PX) + SPARE_PX;
  const first = Math.max(0, lastAtOrAbove(places, from - SPARE_PX));
  return { first, end: Math.min(places.length - 1, lastAtOrAbove(places, until) + 1) };
}

function lastAtOrAbove(places: number[], height: number): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] ?? 0) <= height) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
