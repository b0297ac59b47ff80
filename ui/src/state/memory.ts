// What the window remembers from one time to the next. Rust keeps it in a file.

import type { Look } from "../model/listing";
import type { WindowMemory } from "./calls";

export const FRESH_MEMORY: WindowMemory = {
  place: null, is_on_top: false, is_mini: false, zoom: 100, theme: "desktop", closes_after_copy: false,
  collapsed: [], filter: null, grouping: "group", sort: "file", is_checklist_closed: false, shortcut: null,
};

/** The sizes that Ctrl with plus and minus step through, in percent. */
const ZOOMS = [75, 90, 100, 110, 125, 150, 175, 200, 250, 300];

/** Returns the size that is so many steps larger, or smaller if negative. */
export function zoomed(percent: number, step: number): number {
  const at = ZOOMS.findIndex((one) => one >= percent);
  return ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, (at < 0 ? ZOOMS.length - 1 : at) + step))] ?? 100;
}

/** Returns how the list is looked at. */
export function lookOf({ filter, grouping, sort, collapsed }: WindowMemory): Look {
  return { filter, grouping, sort, collapsed, areAllSessionsShown: false };
}
