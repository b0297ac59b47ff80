// How the causes of a refusal are laid out.

import type { Cause, Confidence } from "../snapshot";

export interface Split {
  first: Cause | null;
  /** Others that are certain: nothing certain is folded away. */
  sure: Cause[];
  others: Cause[];
}

/** Returns the cause to show in full, the others that are as certain, and those to fold. */
export function split(causes: Cause[]): Split {
  const [first = null, ...rest] = causes;
  return {
    first,
    sure: rest.filter((cause) => cause.confidence === "certain"),
    others: rest.filter((cause) => cause.confidence !== "certain"),
  };
}

/** Returns how sure a cause is, in words. */
export function sureness(confidence: Confidence): string {
  if (confidence === "certain") return "The cause";
  return confidence === "likely" ? "Most likely" : "Possible";
}
