// The keyboard shortcuts of the home page.

export type KeyAction =
  | "up" | "down" | "page-up" | "page-down" | "first" | "last"
  | "enter" | "copy" | "copy-as" | "console" | "renew" | "end" | "details"
  | "favourite" | "actions" | "filter" | "add-role" | "keys" | "history" | "explain" | "settings" | "help" | "escape" | "search" | "mini" | "mark-up" | "mark-down" | Numbered;

/** Opens the line with this number. */
type Numbered = `line-${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}`;

/** The actions that work without a list of roles. */
export const WITHOUT_LIST: KeyAction[] = ["actions", "add-role", "keys", "history", "explain", "settings", "mini", "help", "escape"];

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

/** The state of the page when the key is pressed. */
export interface KeyScene {
  searchIsEmpty: boolean;
  textIsSelected: boolean;
}

const PLAIN: Record<string, KeyAction> = {
  ArrowUp: "up",
  ArrowDown: "down",
  PageUp: "page-up",
  PageDown: "page-down",
  Enter: "enter",
  Escape: "escape",
  F1: "help",
  F2: "details",
};

const WITH_COMMAND: Record<string, KeyAction> = {
  Home: "first",
  End: "last",
  o: "console",
  r: "renew",
  i: "details",
  n: "add-role",
  k: "actions",
  d: "favourite",
  l: "filter",
  h: "history",
  e: "explain",
  ",": "settings",
  f: "search",
  m: "mini",
};

/** Returns by how many steps a key press makes everything larger; 0 is the usual size, null is another key. */
export function zoomStep(press: KeyPress): number | null {
  if (!(press.ctrlKey || press.metaKey) || press.altKey) return null;
  return { "+": 1, "=": 1, "-": -1, _: -1, "0": 0 }[press.key] ?? null;
}

/** Returns the action of a key press, or null to leave it to the browser. */
export function keyAction(press: KeyPress, scene: KeyScene): KeyAction | null {
  const command = press.ctrlKey || press.metaKey;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (press.altKey) return null;
  if (press.shiftKey && !command && (key === "ArrowUp" || key === "ArrowDown")) return key === "ArrowUp" ? "mark-up" : "mark-down";
  if (command && /^[1-9]$/.test(key)) return `line-${key}` as Numbered;
  if (command && key === "c") {
    if (press.shiftKey) return "copy-as";
    return scene.textIsSelected ? null : "copy";
  }
  if (command && press.shiftKey) return key === "k" ? "keys" : null;
  if (command) return WITH_COMMAND[key] ?? null;
  if (scene.searchIsEmpty && key === "Delete") return "end";
  if (scene.searchIsEmpty && key === "?") return "help";
  return PLAIN[key] ?? null;
}
