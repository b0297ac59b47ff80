// What the palette lists for a search text.

import type { Action, ActionGroup } from "./actions";
import type { Offer } from "./app.svelte";
import { lower, scoreLetters, Searched } from "../model/fuzzy";

export type PaletteLine = { kind: "title"; title: string } | { kind: "action"; action: Action };

/** Returns all groups with their titles, or, while searching, the matching actions, the best first. */
export function paletteLines({ groups, typed }: Offer, query: string): PaletteLine[] {
  const terms = query.split(/\s+/).filter(Boolean).map(lower);
  if (terms.length === 0) return groups.flatMap((group) => [title(group), ...group.actions.map(line)]);
  const found = groups
    .flatMap((group) => group.actions)
    .flatMap((action, at) => {
      const scores = terms.map((term) => scoreLetters(term, new Searched(action.label)));
      return scores.includes(null) ? [] : [{ action, at, score: scores.reduce((sum: number, one) => sum + (one ?? 0), 0) }];
    })
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .map(({ action }) => line(action));
  const further = typed?.(query) ?? null;
  return further ? [...found, line(further)] : found;
}

function title(group: ActionGroup): PaletteLine {
  return { kind: "title", title: group.title };
}

function line(action: Action): PaletteLine {
  return { kind: "action", action };
}
