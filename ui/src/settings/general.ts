// How Rolecall opens and looks, as settings.

import type { SettingRow } from "./rows";

const window = { section: "window" };

export const LOGIN_ROW: SettingRow = { ...window, name: "login", kind: "switch", usual: false, label: "Start at login", note: "In the tray, without its window." };

export const GENERAL_ROWS: SettingRow[] = [
  { ...window, name: "zoom", kind: "choice", usual: "100", label: "Text size", note: "Also with Ctrl and +, − or 0.",
    choices: ["75", "90", "100", "110", "125", "150", "175", "200", "250", "300"].map((value) => ({ value, label: `${value} %` })) },
  { ...window, name: "theme", kind: "choice", usual: "desktop", label: "Theme", note: "Of this window.",
    choices: [{ value: "desktop", label: "As the desktop" }, { value: "light", label: "Light" }, { value: "dark", label: "Dark" }] },
  { ...window, name: "is_on_top", kind: "switch", usual: false, label: "Keep on top", note: "The window stays above others." },
  { ...window, name: "closes_after_copy", kind: "switch", usual: false, label: "Close after copying", note: "The window closes once a session is in the clipboard." },
];
