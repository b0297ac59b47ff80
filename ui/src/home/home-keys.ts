// What each key of the home page does.

import type { App } from "../state/app.svelte";
import type { KeyAction } from "../model/keys";
import { toggledFavourite } from "../state/marks";
import type { Snapshot } from "../state/types";

/** The parts of the page that keys act on. */
export interface HomeParts {
  /** Marks the selection, and moves it by so many lines. */
  mark: (step: number) => void;
  /** The name of the line with this number, from 1 on. */
  nameAt: (number: number) => string | null;
  /** Moves the selection by so many lines. */
  select: (step: number) => void;
  actions: () => void;
  shells: (name: string) => void;
  filter: () => void;
  search: () => void;
  /** Clears the search. */
  clear: () => void;
}

const PAGE = 8;

/** Returns what to do for each action of a key; lines have numbers from 1 to 9. */
export function homeKeys(on: () => { app: App; snapshot: Snapshot }, parts: HomeParts): Record<KeyAction, () => void> {
  const { app } = on();
  const session = () => on().snapshot.sessions.find((one) => one.role === app.selected);
  const line = (number: number) => {
    const name = parts.nameAt(number);
    if (name !== null) app.open(name);
  };
  return {
    "mark-up": () => parts.mark(-1),
    "mark-down": () => parts.mark(1),
    "line-1": () => line(1), "line-2": () => line(2), "line-3": () => line(3), "line-4": () => line(4), "line-5": () => line(5),
    "line-6": () => line(6), "line-7": () => line(7), "line-8": () => line(8), "line-9": () => line(9),
    up: () => parts.select(-1),
    down: () => parts.select(1),
    "page-up": () => parts.select(-PAGE),
    "page-down": () => parts.select(PAGE),
    first: () => parts.select(-Infinity),
    last: () => parts.select(Infinity),
    enter: () => app.selected !== null && app.open(app.selected),
    copy: () => session() && app.copy(session()?.role ?? ""),
    "copy-as": () => session() && parts.shells(session()?.role ?? ""),
    console: () => app.selected !== null && app.openConsole(app.selected),
    renew: () => session() && app.renew(session()?.role ?? ""),
    end: () => session() && app.end(session()?.role ?? ""),
    details: () => app.selected !== null && app.go({ at: "role", name: session()?.limited_of ?? app.selected }),
    favourite: () => void toggledFavourite(app, on().snapshot, app.selected),
    actions: parts.actions,
    filter: parts.filter,
    "add-role": () => app.go({ at: "role-form", name: null }),
    keys: () => app.go({ at: "keys" }),
    history: () => app.go({ at: "history", role: null }),
    explain: () => app.go({ at: "explain" }),
    settings: () => app.go({ at: "settings" }),
    mini: () => app.remember({ is_mini: true }),
    help: () => (app.isHelpOpen = true),
    search: parts.search,
    escape: () => (app.query === "" ? void app.attempt(app.bridge.closeWindow()) : parts.clear()),
  };
}
