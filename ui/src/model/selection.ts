// Moves the selection in a list.

/** Returns the name `step` lines further down (up if negative), stopping at the ends. */
export function moveSelection(names: string[], selected: string | null, step: number): string | null {
  if (names.length === 0) return null;
  const at = selected === null ? -1 : names.indexOf(selected);
  const start = at < 0 ? (step > 0 ? -1 : names.length) : at;
  return names[Math.min(names.length - 1, Math.max(0, start + step))] ?? null;
}

/** Returns the selection after the list changed: the same name, else the line in its place, else the last. */
export function keepSelection(names: string[], previous: string[], selected: string | null): string | null {
  if (selected === null || names.length === 0) return names[0] ?? null;
  if (names.includes(selected)) return selected;
  const place = Math.max(0, previous.indexOf(selected));
  return names[Math.min(place, names.length - 1)] ?? null;
}
