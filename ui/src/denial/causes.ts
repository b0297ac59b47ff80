// Orders the causes of a denial for display.

import type { Cause, Confidence } from "../state/types";

export interface Split {
  first: Cause | null;
  /** Other certain causes, which are never collapsed. */
  sure: Cause[];
  others: Cause[];
}

/** Returns the first cause, the other certain ones, and those to collapse. */
export function split(causes: Cause[]): Split {
  const [first = null, ...rest] = causes;
  return {
    first,
    sure: rest.filter((cause) => cause.confidence === "certain"),
    others: rest.filter((cause) => cause.confidence !== "certain"),
  };
}

/** Returns the confidence in words. */
export function confidenceText(confidence: Confidence): string {
  if (confidence === "certain") return "Cause";
  return confidence === "likely" ? "Most likely" : "Possible";
}
