// Finding text by a part of it, or by letters of it in order. The command line's fuzzy.rs does the same, without places.

/** A part of a text: from, to (not included). */
export type Span = [number, number];

export interface Found {
  score: number;
  spans: Span[];
}

const AT_WORD_START = 8;
const IN_A_ROW = 8;
const GAP_COST = 0.1;
/** Letters strewn over a text without order of its own are no find. */
const LEAST_PER_LETTER = 3;

/** Returns where `wanted` occurs in `text` as one piece, or null. Case does not count: `body` is the text in lower case. */
export function findPart(wanted: string, text: string, body = lower(text)): Found | null {
  const at = body.indexOf(lower(wanted));
  if (at < 0) return null;
  const start = startsWord(text, at) ? AT_WORD_START : 0;
  return { score: start + (wanted.length - 1) * IN_A_ROW, spans: [[at, at + wanted.length]] };
}

/** Returns the best way to read `wanted` as letters of `text` in order, or null; case and `body` as above. */
export function findLetters(wanted: string, text: string, body = lower(text)): Found | null {
  const letters = lower(wanted);
  if (letters.length === 0 || !isInOrder(letters, body)) return null;
  let row = new Array<number>(body.length).fill(-Infinity);
  const origins: Int32Array[] = [];
  for (let i = 0; i < letters.length; i++) {
    const next = new Array<number>(body.length).fill(-Infinity);
    const origin = new Int32Array(body.length).fill(-1);
    let best = i === 0 ? 0 : -Infinity;
    let bestAt = -1;
    for (let j = i; j < body.length; j++) {
      const before = j > 0 ? (row[j - 1] ?? -Infinity) : -Infinity;
      if (i > 0 && before >= best - GAP_COST) [best, bestAt] = [before, j - 1];
      else best -= i > 0 ? GAP_COST : 0;
      if (letters[i] !== body[j]) continue;
      const apart = best + (startsWord(text, j) ? AT_WORD_START : 0);
      const joined = i > 0 ? before + IN_A_ROW : -Infinity;
      next[j] = Math.max(apart, joined);
      origin[j] = joined >= apart ? j - 1 : bestAt;
    }
    row = next;
    origins.push(origin);
  }
  return trace(row, origins);
}

/** Returns whether the letters are there at all; most texts are out with this. */
function isInOrder(letters: string, body: string): boolean {
  let at = -1;
  for (let i = 0; i < letters.length; i++) {
    at = body.indexOf(letters.charAt(i), at + 1);
    if (at < 0) return false;
  }
  return true;
}

function trace(row: number[], origins: Int32Array[]): Found | null {
  const score = Math.max(...row);
  if (score < LEAST_PER_LETTER * origins.length) return null;
  const spans: Span[] = [];
  let at = row.indexOf(score);
  for (let i = origins.length - 1; i >= 0; i--) {
    const first = spans[0];
    if (first && first[0] === at + 1) first[0] = at;
    else spans.unshift([at, at + 1]);
    at = origins[i]?.[at] ?? -1;
  }
  return { score, spans };
}

/** Returns the text in lower case by code unit, so that places in it are places in the text. */
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
