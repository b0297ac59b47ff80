// Which regions a typed text may mean.

/** What a region looks like; the backend has the last word. */
const FORM = /^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$/;

/**
 * Returns the regions in which every word of `typed` occurs, those that begin with it first; then `typed` itself, if it
 * looks like a region that is not among them: AWS adds more.
 */
export function fittingRegions(regions: string[], typed: string): string[] {
  const text = typed.trim().toLowerCase();
  const words = text.split(/[\s-]+/).filter(Boolean);
  const fitting = regions.filter((region) => words.every((word) => region.includes(word)));
  const [first, rest] = [fitting.filter((region) => region.startsWith(text)), fitting.filter((region) => !region.startsWith(text))];
  const own = FORM.test(text) && !regions.includes(text) ? [text] : [];
  return [...first, ...rest, ...own];
}
