// Which lines of a long list are in view.

import type { Line } from "../model/listing";

/** Must match the stylesheets of the kinds of line. */
export const HEIGHT_PX: Record<Line["kind"], number> = { heading: 32, session: 44, role: 44, more: 32 };
const SPARE_PX = 480;
const MARGIN_PX = 8;
/** Used while the height is unknown. */
const UNKNOWN_HEIGHT_PX = 2000;

/** Returns the top of each line in pixels, and the whole height as the last. */
export function tops(lines: Line[]): number[] {
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
  scrolled: number;
  height: number;
}

/** Returns the scroll position that shows the line at `index`, below the heading that stays at the top; null if it is in view. */
export function scrollTo(lines: Line[], index: number, viewport: Viewport): number | null {
  const [top = 0, bottom = 0] = tops(lines).slice(index, index + 2);
  const start = top - HEIGHT_PX.heading;
  if (start < viewport.scrolled) return start;
  const end = bottom + MARGIN_PX;
  return end > viewport.scrolled + viewport.height ? end - viewport.height : null;
}

/** Returns the index of the last heading that begins at or above a scroll position; -1 if there is none. */
export function headingAt(lines: Line[], places: number[], scrolled: number): number {
  for (let at = Math.min(lines.length - 1, lastAtOrAbove(places, scrolled)); at >= 0; at--) {
    if (lines[at]?.kind === "heading") return at;
  }
  return -1;
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
