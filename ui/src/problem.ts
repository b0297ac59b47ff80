// What a rejected command carries, made a Problem whatever it was.

import type { Problem } from "./snapshot";

/** Returns the rejection itself if it is a problem, else one that quotes it. */
export function asProblem(rejection: unknown): Problem {
  if (isProblem(rejection)) return rejection;
  return {
    code: "internal",
    what: "Rolecall could not do that.",
    remedy: "Try again; if it happens again, quit Rolecall from its tray menu and start it.",
    detail: rejection instanceof Error ? rejection.message : JSON.stringify(rejection),
  };
}

/** Returns the name of the form field that an `invalid_input` problem speaks of. */
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
