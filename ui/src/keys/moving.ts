// Moving in from another program: its name, and what became of what it keeps.

import type { Moved, Peer } from "../bridge";

const names: Record<Peer, string> = { leapp: "Leapp", aws_vault: "aws-vault", granted: "Granted" };

/** Returns a program's name. */
export function peerName(peer: Peer): string {
  return names[peer];
}

export type Outcome = Moved["outcome"];

/** The outcomes in the order in which they are shown. */
export const outcomes: Outcome[] = ["moved", "here", "left"];

/** Returns the heading above what had this outcome. */
export function heading(outcome: Outcome, isDone: boolean): string {
  if (outcome === "moved") return isDone ? "Came over" : "Comes over";
  return outcome === "here" ? "Here already" : "Stays there";
}

/** Returns how many of what there are, in words. */
export function counted(moved: Moved[]): string {
  const part = (kind: Moved["kind"], one: string, many: string): string[] => {
    const count = moved.filter((each) => each.kind === kind).length;
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
  };
  return [...part("key", "access key", "access keys"), ...part("role", "role", "roles"), ...part("other", "entry", "entries")].join(", ");
}
