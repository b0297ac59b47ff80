// The state of a session at a moment, as the ring shows it.

import { instant } from "./clock";
import { partLeft, shortLeft } from "./countdown";
import type { Phase, SessionView, WaitingFor } from "../state/types";

export interface Life {
  /** The backend's phase, or expired as soon as the end has passed. */
  phase: Phase;
  isLiving: boolean;
  /** When the session expires in AWS's time, if known. */
  expiresMs: number | null;
  leftMs: number;
  /** 0 to 1. */
  part: number;
  /** The text in the ring. */
  text: string;
}

/** Returns the state of a session; `plannedS` is its length if the start is unknown. */
export function lifeOf(session: SessionView, plannedS: number, nowMs: number): Life {
  const expiresMs = instant(session.expires_at);
  const issuedMs = instant(session.issued_at) ?? (expiresMs ?? 0) - plannedS * 1000;
  // Never more than its whole duration, whatever a clock says that was set back.
  const leftMs = expiresMs === null ? 0 : expiresMs - Math.max(nowMs, issuedMs);
  const isOfLiving = session.phase === "active" || session.phase === "expiring";
  const isLiving = isOfLiving && leftMs > 0;
  return {
    phase: isOfLiving && !isLiving ? "expired" : session.phase,
    isLiving,
    expiresMs,
    leftMs,
    part: isLiving ? partLeft(issuedMs, expiresMs ?? 0, nowMs) : 0,
    text: isLiving ? shortLeft(leftMs) : "",
  };
}

/** Returns the text for a phase. */
export function phaseText(phase: Phase, waitingFor: WaitingFor | null): string {
  if (phase !== "assuming") return PHASE_TEXT[phase];
  if (waitingFor === "code") return "waiting for a code";
  if (waitingFor === "reason") return "waiting for a reason";
  if (waitingFor === "next_code") return "waiting for the next code";
  return "contacting AWS…";
}

const PHASE_TEXT: Record<Exclude<Phase, "assuming">, string> = {
  active: "active",
  expiring: "expires soon",
  expired: "expired",
  failed: "failed",
};
