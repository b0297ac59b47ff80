// What changed between two snapshots, as sentences for screen readers.

import { visible } from "./visible";
import type { Phase, SessionView, Snapshot } from "../state/types";

/** Returns one sentence per session that was added, removed or changed its phase. */
export function news(before: Snapshot | null, after: Snapshot): string[] {
  if (!before) return [];
  const earlier = new Map(before.sessions.map((session) => [session.role, session]));
  const later = new Set(after.sessions.map((session) => session.role));
  const changed = after.sessions.filter((session) => earlier.get(session.role)?.phase !== session.phase);
  const gone = before.sessions.filter((session) => !later.has(session.role));
  return [...changed.map(sentence), ...gone.map((session) => `${visible(session.role)}: session ended.`)];
}

const PHASE_TEXT: Record<Phase, string> = {
  assuming: "being assumed.",
  active: "active.",
  expiring: "expires soon.",
  expired: "expired.",
  failed: "could not be assumed.",
};

function sentence(session: SessionView): string {
  return `${visible(session.role)}: ${PHASE_TEXT[session.phase]} ${session.problem ? visible(session.problem.what) : ""}`.trim();
}
