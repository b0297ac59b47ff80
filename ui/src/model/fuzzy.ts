// Finds text by a substring, or by letters in order. view/fuzzy.rs of the core does the same, without places.

/** A part of a text: from, to (not included). */
export type Span = [number, number];

export interface Found {
  score: number;
  spans: Span[];
}

const AT_WORD_START = 8;
const IN_A_ROW = 8;
const GAP_COST = 0.1;
/** Letters scattered over a text are not a match. */
const LEAST_PER_LETTER = 3;

/** A text to search, with its index. */
export class Searched {
  readonly body: string;
  #starts: Uint8Array | null = null;

  constructor(readonly text: string) {
    this.body = lower(text);
  }

  /** For each place, 1 if a word starts there. */
  get starts(): Uint8Array {
    return (this.#starts ??= Uint8Array.from(this.text.split(""), (_, at) => (startsWord(this.text, at) ? 1 : 0)));
  }
}

/** Returns the score of `wanted` (in lower case) as a substring of `text`, or null. */
export function scorePart(wanted: string, text: Searched): number | null {
  const at = text.body.indexOf(wanted);
  return at < 0 ? null : (startsWord(text.text, at) ? AT_WORD_START : 0) + (wanted.length - 1) * IN_A_ROW;
}

/** Returns where `wanted` is a substring of `text`, or null. Case-insensitive. */
export function findPart(wanted: string, text: string): Found | null {
  const searched = new Searched(text);
  const score = scorePart(lower(wanted), searched);
  const at = searched.body.indexOf(lower(wanted));
  return score === null ? null : { score, spans: [[at, at + wanted.length]] };
}

/** Returns the score of the letters of `wanted` (in lower case) in order in `text`, or null. */
export function scoreLetters(wanted: string, text: Searched): number | null {
  if (wanted.length === 0 || !isInOrder(wanted, text.body)) return null;
  const score = read(wanted, text, null);
  return score < LEAST_PER_LETTER * wanted.length ? null : score;
}

/** Returns the best match of the letters of `wanted` in order in `text`, or null. Case-insensitive. */
export function findLetters(wanted: string, text: string): Found | null {
  const searched = new Searched(text);
  const letters = lower(wanted);
  if (scoreLetters(letters, searched) === null) return null;
  const origins: Int32Array[] = [];
  const score = read(letters, searched, origins);
  return { score, spans: trace(origins) };
}

/** Returns whether the letters occur in order. This excludes most texts cheaply. */
function isInOrder(letters: string, body: string): boolean {
  let at = -1;
  for (let i = 0; i < letters.length; i++) {
    at = body.indexOf(letters.charAt(i), at + 1);
    if (at < 0) return false;
  }
  return true;
}

// The scores of the last letter, and of the one before, at each place; reused for every text.
let row = new Float64Array(128);
let next = new Float64Array(128);

/**
 * Returns the best score of `letters` in order; -Infinity if they do not occur. `origins` receives, for each letter and
 * place, the place of the previous letter, and finally the place of the last letter.
 */
function read(letters: string, { body, starts }: Searched, origins: Int32Array[] | null): number {
  if (row.length < body.length) [row, next] = [new Float64Array(body.length * 2), new Float64Array(body.length * 2)];
  for (let i = 0; i < letters.length; i++) {
    const letter = letters.charCodeAt(i);
    const origin = origins && new Int32Array(body.length).fill(-1);
    let best = i === 0 ? 0 : -Infinity;
    let bestAt = -1;
    for (let j = 0; j < body.length; j++) {
      const before = i > 0 && j > 0 ? (row[j - 1] ?? 0) : -Infinity;
      if (i > 0) {
        if (before >= best - GAP_COST) [best, bestAt] = [before, j - 1];
        else best -= GAP_COST;
      }
      if (letter !== body.charCodeAt(j)) {
        next[j] = -Infinity;
        continue;
      }
      const separate = best + (starts[j] ? AT_WORD_START : 0);
      const joined = before + IN_A_ROW;
      next[j] = Math.max(separate, joined);
      if (origin) origin[j] = joined >= separate ? j - 1 : bestAt;
    }
    [row, next] = [next, row];
    if (origin) origins?.push(origin);
  }
  let last = 0;
  for (let j = 1; j < body.length; j++) if ((row[j] ?? 0) > (row[last] ?? 0)) last = j;
  origins?.push(Int32Array.of(last));
  return row[last] ?? -Infinity;
}

function trace(origins: Int32Array[]): Span[] {
  const spans: Span[] = [];
  let at = origins.at(-1)?.[0] ?? -1;
  for (let i = origins.length - 2; i >= 0; i--) {
    const first = spans[0];
    if (first && first[0] === at + 1) first[0] = at;
    else spans.unshift([at, at + 1]);
    at = origins[i]?.[at] ?? -1;
  }
  return spans;
}

/** Returns the text in lower case with the same length, so that places stay valid. */
export function lower(text: string): string {
  const whole = text.toLowerCase();
  return whole.length === text.length ? whole : Array.from(text, (c) => c.toLowerCase()[0] ?? c).join("");
}

function startsWord(text: string, at: number): boolean {
  if (at === 0) return true;
  const before = text.charAt(at - 1);
  const here = text.charAt(at);
  if (!/[\p{L}\p{N}]/u.test(before)) return true;
  return /\p{Lu}/u.test(here) && !/\p{Lu}/u.test(before);
}
