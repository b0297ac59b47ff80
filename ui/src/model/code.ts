// Parses the six digits of an MFA code while they are typed.

export type TypedCode = { is: "whole"; code: string } | { is: "partial" } | { is: "refused"; why: string };

const DIGITS = 6;

/** Parses the input so far. Spaces are ignored; only 0 to 9 are digits. */
export function readCode(typed: string): TypedCode {
  const digits = typed.replace(/[\s\u00a0]/g, "");
  if (/[^0-9]/.test(digits)) {
    const foreign = /^\p{Nd}+$/u.test(digits);
    return { is: "refused", why: foreign ? "Type the code with the digits 0 to 9." : "The code has digits only." };
  }
  if (digits.length > DIGITS) return { is: "refused", why: `The code has 6 digits, not ${digits.length}.` };
  return digits.length === DIGITS ? { is: "whole", code: digits } : { is: "partial" };
}
