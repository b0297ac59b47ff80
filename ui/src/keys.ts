// The keyboard shortcuts of the home page.

export type KeyAction =
  | "up" | "down" | "page-up" | "page-down" | "first" | "last"
  | "enter" | "copy" | "copy-as" | "renew" | "end" | "details"
  | "add-role" | "keys" | "settings" | "help" | "escape" | "search";

/** The actions that work without a list of roles. */
export const WITHOUT_LIST: KeyAction[] = ["add-role", "keys", "settings", "help", "escape"];

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
  r: "renew",
  i: "details",
  n: "add-role",
  k: "keys",
  ",": "settings",
  f: "search",
};

/** Returns the action of a key press, or null to leave it to the browser. */
export function keyAction(press: KeyPress, scene: KeyScene): KeyAction | null {
  const command = press.ctrlKey || press.metaKey;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (press.altKey) return null;
  if (command && key === "c") {
    if (press.shiftKey) return "copy-as";
    return scene.textIsSelected ? null : "copy";
  }
  if (command) return WITH_COMMAND[key] ?? null;
  if (scene.searchIsEmpty && key === "Delete") return "end";
  if (scene.searchIsEmpty && key === "?") return "help";
  return PLAIN[key] ?? null;
}
