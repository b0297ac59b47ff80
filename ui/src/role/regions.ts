// Finds regions by part of their names.

/** The form of a region name; the backend validates it. */
const FORM = /^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$/;

/**
 * Returns the regions that contain every word of `typed`, those that start with it first; then `typed` itself if it
 * looks like a region name, since AWS adds regions.
 */
export function matchingRegions(regions: string[], typed: string): string[] {
  const text = typed.trim().toLowerCase();
  const words = text.split(/[\s-]+/).filter(Boolean);
  const matching = regions.filter((region) => words.every((word) => region.includes(word)));
  const [first, rest] = [matching.filter((region) => region.startsWith(text)), matching.filter((region) => !region.startsWith(text))];
  const own = FORM.test(text) && !regions.includes(text) ? [text] : [];
  return [...first, ...rest, ...own];
}
