// Imports from other programs, and moves keys from AWS's files to the keychain.

import type { Bridge } from "../state/bridge";
import { asProblem } from "../model/problem";
import type { EditView, ImportItem, ImportSource, Problem, Step } from "../state/types";

const names: Record<ImportSource, string> = { leapp: "Leapp", aws_vault: "aws-vault", granted: "Granted" };

/** Returns a program's name. */
export function sourceName(source: ImportSource): string {
  return names[source];
}

export type Outcome = ImportItem["outcome"];

/** The outcomes in the order in which they are shown. */
export const outcomes: Outcome[] = ["imported", "exists", "skipped"];

/** Returns the heading for an outcome. */
export function heading(outcome: Outcome, isDone: boolean): string {
  if (outcome === "imported") return isDone ? "Imported" : "Will import";
  return outcome === "exists" ? "Already added" : "Not imported";
}

/** Returns the number of items of each kind, in words. */
export function counted(moved: ImportItem[]): string {
  const part = (kind: ImportItem["kind"], one: string, many: string): string[] => {
    const count = moved.filter((each) => each.kind === kind).length;
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
  };
  return [...part("key", "access key", "access keys"), ...part("role", "role", "roles"), ...part("other", "entry", "entries")].join(", ");
}

/** An edit that moves the keys of several profiles, and the problems of those that cannot be moved. */
export interface KeysMove {
  edit: EditView;
  failed: { profile: string; problem: Problem }[];
}

/** Moves the keys of profiles one after the other, or previews that. A failure does not stop the others. */
export async function moveKeys(bridge: Bridge, profiles: string[], step: Step): Promise<KeysMove> {
  const edits: EditView[] = [];
  const failed: KeysMove["failed"] = [];
  for (const profile of profiles) {
    try {
      edits.push(await bridge.importKey(profile, step));
    } catch (rejection) {
      failed.push({ profile, problem: asProblem(rejection) });
    }
  }
  if (edits.length === 0 && failed[0]) throw failed[0].problem;
  const unique = (texts: string[]): string[] => [...new Set(texts)];
  const why = failed.map(({ profile, problem }) => `${profile} was not moved: ${problem.what} ${problem.remedy}`);
  const edit: EditView = {
    path: unique(edits.map((one) => one.path)).join(", "),
    profiles: edits.flatMap((one) => one.profiles),
    difference: edits.flatMap((one) => one.difference),
    notes: [...unique(edits.flatMap((one) => one.notes)), ...why],
    backup: edits.at(-1)?.backup ?? null,
  };
  return { edit, failed };
}
