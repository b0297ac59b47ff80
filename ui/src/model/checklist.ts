// What a new user has to do, and what of it is done.

import type { Snapshot } from "../state/types";
import { count } from "./found";
import { visible } from "./visible";

export type StepKind = "keys" | "roles" | "cli" | "shortcut";

export interface Step {
  kind: StepKind;
  isDone: boolean;
  title: string;
  /** What is missing; empty if it is done. */
  note: string;
}

/** How many roles are named that do not work. */
const NAMED_MAX = 3;

/** Returns the steps; those about the computer only for the user's own roles. */
export function checklist(snapshot: Snapshot, hasShortcut: boolean): Step[] {
  return [keys(snapshot), roles(snapshot), cli(snapshot), shortcut(hasShortcut)];
}

function keys(snapshot: Snapshot): Step {
  const safe = snapshot.keys.length;
  const plain = snapshot.aws.keys.length;
  const isDone = safe > 0 && plain === 0;
  const title = plain > 0 ? `${safe} of ${safe + plain} access keys in the keychain` : safe > 0 ? `${count(safe, "access key")} in the keychain` : "Add an access key";
  const names = snapshot.aws.keys.map((key) => visible(key.profile)).join(", ");
  return { kind: "keys", isDone, title, note: plain > 0 ? `In plaintext: ${names}.` : isDone ? "" : "From the clipboard, a CSV file, or typed." };
}

function roles(snapshot: Snapshot): Step {
  const broken = snapshot.roles.filter((role) => role.problem);
  const all = snapshot.roles.length;
  if (all === 0) return { kind: "roles", isDone: false, title: "Add a role", note: "You need the role’s ARN." };
  const title = broken.length === 0 ? `${all === 1 ? "1 role is" : `${all} roles are`} ready` : `${all - broken.length} of ${all} roles are ready`;
  const named = broken.slice(0, NAMED_MAX).map((role) => visible(role.name)).join(", ");
  const more = broken.length > NAMED_MAX ? ` and ${broken.length - NAMED_MAX} more` : "";
  return { kind: "roles", isDone: broken.length === 0, title, note: broken.length === 0 ? "" : `Not usable: ${named}${more}.` };
}

function cli(snapshot: Snapshot): Step {
  const isDone = snapshot.aws.connections.length > 0;
  return { kind: "cli", isDone, title: isDone ? "The AWS CLI is connected" : "Connect the AWS CLI", note: isDone ? "" : "Adds a profile for each role." };
}

function shortcut(isDone: boolean): Step {
  return { kind: "shortcut", isDone, title: isDone ? "A shortcut opens Rolecall" : "Set a shortcut", note: isDone ? "" : "Opens this window from anywhere." };
}
