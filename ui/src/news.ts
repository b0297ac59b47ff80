// What changed between two snapshots, in a sentence for those who do not see it.

import { visible } from "./visible";
import type { Phase, SessionView, Snapshot } from "./snapshot";

/** Returns one sentence per session that changed its phase or came or went. */
export function news(before: Snapshot | null, after: Snapshot): string[] {
  if (!before) return [];
  const earlier = new Map(before.sessions.map((session) => [session.role, session]));
  const later = new Set(after.sessions.map((session) => session.role));
  const changed = after.sessions.filter((session) => earlier.get(session.role)?.phase !== session.phase);
  const gone = before.sessions.filter((session) => !later.has(session.role));
  return [...changed.map(told), ...gone.map((session) => `${visible(session.role)}: session ended.`)];
}

const TOLD: Record<Phase, string> = {
  assuming: "being assumed.",
  active: "active.",
  expiring: "expires soon.",
  expired: "expired.",
  failed: "could not be assumed.",
};

function told(session: SessionView): string {
  return `${visible(session.role)}: ${TOLD[session.phase]} ${session.problem ? visible(session.problem.what) : ""}`.trim();
}
