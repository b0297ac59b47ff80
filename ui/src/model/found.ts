// Describes what was found in AWS's files.

import type { Snapshot } from "../state/types";
import { visible } from "./visible";

/** Returns a number with its noun, as in "2 roles". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** Returns what is in AWS's files, as in "2 access keys in plaintext, 14 roles"; empty if nothing was found. */
export function foundText(snapshot: Snapshot): string {
  const keys = snapshot.aws.keys.length;
  const roles = foundRoles(snapshot);
  const parts = [
    ...(keys > 0 ? [`${count(keys, "access key")} in plaintext`] : []),
    ...(roles > 0 ? [count(roles, "role")] : []),
  ];
  return parts.join(", ");
}

/** Returns the number of roles that are defined in AWS's files. */
export function foundRoles(snapshot: Snapshot): number {
  return snapshot.roles.filter((role) => role.origin.kind === "profile").length;
}

/** Returns the folder of AWS's files, or both paths if their folders differ. */
export function foundPlace(snapshot: Snapshot): string {
  const { config_path, credentials_path } = snapshot.aws;
  const folder = (path: string): string => path.replace(/[/\\][^/\\]*$/, "");
  if (folder(config_path) === folder(credentials_path)) return visible(folder(config_path));
  return `${visible(config_path)} and ${visible(credentials_path)}`;
}

/** Returns whether to show the first-run page: no access key is stored, and all roles come from AWS's files. */
export function isFirstRun(snapshot: Snapshot): boolean {
  if (snapshot.sessions.length > 0) return false;
  if (snapshot.roles.length === 0) return true;
  const areFound = snapshot.roles.every((role) => role.origin.kind === "profile");
  return snapshot.mode === "own" && snapshot.keys.length === 0 && areFound;
}
