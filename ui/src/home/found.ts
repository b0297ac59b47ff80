// What AWS's own files gave, in words.

import type { Snapshot } from "../snapshot";
import { visible } from "../visible";

/** Returns how many of a thing there are, in words. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** Returns what is in AWS's files, as in "2 access keys in plaintext, 14 roles"; empty if that is nothing. */
export function foundText(snapshot: Snapshot): string {
  const keys = snapshot.aws.keys.length;
  const roles = foundRoles(snapshot);
  const parts = [
    ...(keys > 0 ? [`${count(keys, "access key")} in plaintext`] : []),
    ...(roles > 0 ? [count(roles, "role")] : []),
  ];
  return parts.join(", ");
}

/** Returns how many roles are written in AWS's files. */
export function foundRoles(snapshot: Snapshot): number {
  return snapshot.roles.filter((role) => role.origin.kind === "profile").length;
}

/** Returns where AWS's files are: their folder, if it is one, else both. */
export function foundPlace(snapshot: Snapshot): string {
  const { config_path, credentials_path } = snapshot.aws;
  const folder = (path: string): string => path.replace(/[/\\][^/\\]*$/, "");
  if (folder(config_path) === folder(credentials_path)) return visible(folder(config_path));
  return `${visible(config_path)} and ${visible(credentials_path)}`;
}

/** Returns whether the window should meet the user as a newcomer: no key is kept, and all roles are AWS's own. */
export function isNewcomer(snapshot: Snapshot): boolean {
  if (snapshot.sessions.length > 0) return false;
  if (snapshot.roles.length === 0) return true;
  const areFound = snapshot.roles.every((role) => role.origin.kind === "profile");
  return snapshot.mode === "own" && snapshot.keys.length === 0 && areFound;
}
