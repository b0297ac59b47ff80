// Which lines of a long list are in view.

import type { RoleLine } from "../listing";

/** Must match the stylesheets of the two kinds of line. */
const HEIGHT_PX = { heading: 34, role: 48 };
const SPARE_PX = 480;
const MARGIN_PX = 8;
/** Used while the height is unknown. */
const UNKNOWN_HEIGHT_PX = 2000;

/** Returns the top of each line in pixels, and the whole height as the last. */
export function tops(lines: RoleLine[]): number[] {
  const result = [0];
  for (const line of lines) result.push((result.at(-1) ?? 0) + HEIGHT_PX[line.kind]);
  return result;
}

/** Returns the lines in view, with a margin on both sides. */
export function inView(places: number[], from: number, height: number): { first: number; end: number } {
  const until = from + (height || UNKNOWN_HEIGHT_PX) + SPARE_PX;
  const first = Math.max(0, lastAtOrAbove(places, from - SPARE_PX));
  return { first, end: Math.min(places.length - 1, lastAtOrAbove(places, until) + 1) };
}

export interface Viewport {
  /** The height of the content above the list in the same scroller. */
  above: number;
  scrolled: number;
  height: number;
}

/** Returns the scroll position that shows the role at `index`, with its heading if it is the first; null if it is in view. */
export function scrollTo(lines: RoleLine[], index: number, viewport: Viewport): number | null {
  const isFirst = lines[index - 1]?.kind === "heading";
  const [top = 0, bottom = 0] = tops(lines).slice(index, index + 2);
  const start = viewport.above + top - (isFirst ? HEIGHT_PX.heading : 0);
  const end = viewport.above + bottom + MARGIN_PX;
  if (start < viewport.scrolled) return start;
  return end > viewport.scrolled + viewport.height ? end - viewport.height : null;
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
