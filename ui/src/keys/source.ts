// Which problem of adding a key belongs to which part of the form.

import type { KeyWay } from "../app.svelte";
import type { Problem } from "../snapshot";

/** The fields of each way, by the names the backend gives them. */
export const ownFields: Record<KeyWay, string[]> = {
  clipboard: [],
  csv: ["path"],
  profile: ["profile"],
  typed: ["access_key_id", "secret"],
};

/** Returns whether the problem is the name's. */
export function isNamed(problem: Problem, field: string | null): boolean {
  return problem.code === "name_taken" || field === "name";
}
