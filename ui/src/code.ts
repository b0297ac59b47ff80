// The six digits of an authenticator, as they are typed.

export type TypedCode = { is: "whole"; code: string } | { is: "partial" } | { is: "refused"; why: string };

const DIGITS = 6;

/** Returns what was typed so far; spaces do not count, and only 0 to 9 are digits. */
export function readCode(typed: string): TypedCode {
  const digits = typed.replace(/[\s\u00a0]/g, "");
  if (/[^0-9]/.test(digits)) {
    const foreign = /^\p{Nd}+$/u.test(digits);
    return { is: "refused", why: foreign ? "Type the code with the digits 0 to 9." : "A code has digits only." };
  }
  if (digits.length > DIGITS) return { is: "refused", why: `A code has 6 digits; these are ${digits.length}.` };
  return digits.length === DIGITS ? { is: "whole", code: digits } : { is: "partial" };
}
