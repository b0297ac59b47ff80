// Turns the rejection of a command into a Problem.

import type { Problem } from "../state/types";

/** Returns the rejection if it is a problem, else a problem with the rejection as its detail. */
export function asProblem(rejection: unknown): Problem {
  if (isProblem(rejection)) return rejection;
  return {
    code: "internal",
    what: "Rolecall could not do that.",
    remedy: "Try again. If that fails, quit Rolecall from its tray menu and start it again.",
    detail: rejection instanceof Error ? rejection.message : JSON.stringify(rejection),
  };
}

/** Returns the name of the form field that an `invalid_input` problem is about. */
export function fieldOf(problem: Problem | null): string | null {
  return problem?.code === "invalid_input" ? (problem.detail ?? null) : null;
}

function isProblem(value: unknown): value is Problem {
  const candidate = value as Problem | null;
  return (
    typeof candidate === "object" &&
    typeof candidate?.code === "string" &&
    typeof candidate.what === "string" &&
    typeof candidate.remedy === "string"
  );
}
