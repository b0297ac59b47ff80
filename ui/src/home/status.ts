// The word for a session that does not count down.

import type { Phase, WaitingFor } from "../snapshot";

/** Returns what stands where a living session shows its end. */
export function statusText(phase: Phase, waitingFor: WaitingFor | null): string {
  if (phase === "failed") return "failed";
  if (phase === "expired") return "expired";
  if (phase !== "assuming") return "active";
  if (waitingFor === "code") return "waits for a code";
  if (waitingFor === "next_code") return "waits for the next code";
  return "asking AWS…";
}
