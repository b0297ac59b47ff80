// Where a role is defined.

import type { Origin } from "../state/types";
import { visible } from "../model/visible";

/** Returns the file and line of a role's definition. */
export function place(origin: Origin): string {
  return origin.line === null ? visible(origin.place) : `${visible(origin.place)}, line ${origin.line}`;
}
