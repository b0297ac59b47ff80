// Assigns the problems of adding a key to form fields.

import type { KeyWay } from "../state/app.svelte";
import type { Problem } from "../state/types";

/** The fields of each key source, by their backend names. */
export const ownFields: Record<KeyWay, string[]> = {
  clipboard: [],
  csv: ["path"],
  profile: ["profile"],
  typed: ["access_key_id", "secret"],
};

/** Returns whether the problem is about the name. */
export function isNamed(problem: Problem, field: string | null): boolean {
  return problem.code === "name_taken" || field === "name";
}
