// What is shown of the age of a key and of its replacement.

import { instant } from "../model/clock";
import { masked } from "../model/arn";
import { visible } from "../model/visible";
import type { RotationAction, RotationPlan, RotationStep, RotationView } from "../state/rotation";
import type { KeyView } from "../state/types";

/** The steps, in their order. */
export const STEPS: [RotationStep, string][] = [
  ["create", "Create a new key and store it in the keychain"],
  ["switch", "Verify it with AWS, and use it"],
  ["deactivate", "Deactivate the old key"],
  ["delete", "Delete the old key, later"],
];

const UNITS: [number, string][] = [[86_400_000, "day"], [3_600_000, "hour"], [60_000, "minute"]];

/** Returns a span in its largest unit, as in "3 hours". */
export function roughSpan(ms: number): string {
  const [length, unit] = UNITS.find(([length]) => ms >= length) ?? [0, ""];
  if (length === 0) return "less than a minute";
  const count = Math.floor(ms / length);
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`;
}

/** Returns the age and last use of a key; empty if neither is known. */
export function ageOf(key: KeyView, now: number): string {
  const age = key.age ? `${key.age} old` : null;
  return [age, lastUse(key, now)].filter(Boolean).join(" · ");
}

function lastUse(key: KeyView, now: number): string | null {
  if (!key.last_use) return null;
  if (key.last_use === "never") return "never used";
  if (key.last_use === "not_permitted") return "AWS does not permit its user to see more";
  return `last used ${roughSpan(now - (instant(key.last_use.at) ?? now))} ago`;
}

/** Returns whether only the old key is left to be deleted. */
export function awaitsDeletion(rotation: RotationView): boolean {
  return rotation.next === "delete" && !rotation.is_back;
}

/** Returns the state of a rotation that nobody works on, in a sentence. */
export function stateOf(rotation: RotationView, now: number): string {
  const old = visible(masked(rotation.old_id));
  if (awaitsDeletion(rotation)) return `The old key ${old} has been inactive for ${roughSpan(now - (instant(rotation.since) ?? now))}.`;
  return rotation.is_back ? "The way back to the old key stopped." : "The rotation stopped before its end.";
}

/** Why the window cannot go on by itself; null if it can. */
export function obstacle(plan: RotationPlan, rotation: RotationView | null | undefined): string | null {
  const command = visible(plan.command);
  if (plan.lost) return `The secret of the new key ${visible(masked(plan.lost.id))} was lost, so the key must be deleted. This asks for it: ${command}`;
  if (rotation || !plan.other) return null;
  const used = plan.other.used_at ? `last used ${roughSpan(Date.parse(plan.now) - Date.parse(plan.other.used_at))} ago` : "no use of it is known";
  return `The user has two keys, the most that AWS allows. The other one, ${visible(masked(plan.other.id))}, is ${roughSpan(Date.parse(plan.now) - Date.parse(plan.other.created_at))} old; ${used}. If nothing needs it, this deletes it first: ${command}`;
}

/** Returns what the button of a rotation does first. */
export function nextAction(rotation: RotationView | null | undefined): RotationAction {
  if (!rotation) return { begin: { delete: null } };
  return rotation.is_back ? { undo: { delete: null } } : { resume: { delete: null } };
}
