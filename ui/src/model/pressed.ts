// Writes the keys of a shortcut that opens the window from anywhere, as they are pressed.

import type { KeyPress } from "./keys";

/** Returns a pressed combination, as in "Ctrl+Alt+R"; null while only Ctrl, Alt, Shift or Super is held, or if no program can take it. */
export function pressedShortcut(press: KeyPress & { code: string }): string | null {
  const key = keyOf(press);
  if (key === null || !(press.ctrlKey || press.altKey || press.metaKey)) return null;
  const held = [press.ctrlKey && "Ctrl", press.altKey && "Alt", press.shiftKey && "Shift", press.metaKey && "Super"];
  return [...held.filter((name) => name !== false), key].join("+");
}

/** With Alt or Shift, a key may write another letter: then its place on the keyboard counts. */
function keyOf({ key, code }: { key: string; code: string }): string | null {
  if (/^F([1-9]|1[0-2])$/.test(key)) return key;
  if (key === " " || code === "Space") return "Space";
  if (/^[a-z0-9]$/i.test(key)) return key.toUpperCase();
  return /^(?:Key|Digit)([A-Z0-9])$/.exec(code)?.[1] ?? null;
}
