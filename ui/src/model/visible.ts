// Escapes invisible and direction-changing characters in untrusted text.

// Controls, formats (bidirectional marks, joiners, tags), lone surrogates, line separators, spaces other than U+0020,
// and blank letters.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u00a0\u034f\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\uffa0]/gu;

/** Returns the text with every invisible or direction-changing character shown as `\u{202E}`. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, escaped);
}

/** Returns the same, keeping line breaks. */
export function visibleLines(text: string): string {
  return text.split(/\r?\n/).map(visible).join("\n");
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`;
}
