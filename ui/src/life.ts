// A session's life at a moment, as the ring shows it.

import { instant } from "./clock";
import { partLeft, shortLeft } from "./countdown";
import type { Phase, SessionView, WaitingFor } from "./snapshot";

export interface Life {
  /** The backend's phase, except that a session whose end has passed here is expired. */
  phase: Phase;
  isLiving: boolean;
  /** When it ends in AWS's time, where that is known. */
  expiresMs: number | null;
  leftMs: number;
  /** 0 to 1. */
  part: number;
  /** What stands in the ring. */
  text: string;
}

/** Returns the life of a session; `plannedS` stands in where its beginning is not known. */
export function lifeOf(session: SessionView, plannedS: number, nowMs: number): Life {
  const expiresMs = instant(session.expires_at);
  const leftMs = expiresMs === null ? 0 : expiresMs - nowMs;
  const isOfLiving = session.phase === "active" || session.phase === "expiring";
  const isLiving = isOfLiving && leftMs > 0;
  const issuedMs = instant(session.issued_at) ?? (expiresMs ?? 0) - plannedS * 1000;
  return {
    phase: isOfLiving && !isLiving ? "expired" : session.phase,
    isLiving,
    expiresMs,
    leftMs,
    part: isLiving ? partLeft(issuedMs, expiresMs ?? 0, nowMs) : 0,
    text: isLiving ? shortLeft(leftMs) : "",
  };
}

/** Returns the word for a session at a phase. */
export function phaseText(phase: Phase, waitingFor: WaitingFor | null): string {
  if (phase !== "assuming") return PHASE_TEXT[phase];
  if (waitingFor === "code") return "waits for a code";
  if (waitingFor === "reason") return "waits for a reason";
  if (waitingFor === "next_code") return "waits for the next code";
  return "asking AWS…";
}

const PHASE_TEXT: Record<Exclude<Phase, "assuming">, string> = {
  active: "active",
  expiring: "expires soon",
  expired: "expired",
  failed: "failed",
};
