// The remaining time of a session: as text, as a fraction, and when either changes next. All in milliseconds.

import { durationText } from "./clock";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Below this, seconds are shown. */
export const CLOSE_MS = 2 * MINUTE_MS;
const LONG_MS = 10 * HOUR_MS;

/** Returns the time left as it is shown everywhere: "11 h", "1 h 12 min", "43 min", "1:05". */
export function shortLeft(leftMs: number): string {
  const shownMs = rounded(leftMs);
  if (leftMs >= CLOSE_MS) return durationText((shownMs >= LONG_MS ? Math.floor(shownMs / HOUR_MS) * HOUR_MS : shownMs) / SECOND_MS);
  const seconds = Math.max(0, Math.floor(leftMs / SECOND_MS));
  return `${Math.floor(seconds / 60)}:${twoDigits(seconds % 60)}`;
}

/** Returns the time left as it is read aloud: "1 hour 12 minutes left", "less than 2 minutes left". */
export function spokenLeft(leftMs: number): string {
  if (leftMs <= 0) return "expired";
  if (leftMs < CLOSE_MS) return "less than 2 minutes left";
  const shownMs = rounded(leftMs);
  const hours = Math.floor(shownMs / HOUR_MS);
  const minutes = Math.floor((shownMs % HOUR_MS) / MINUTE_MS);
  const parts = [hours > 0 ? plural(hours, "hour") : "", minutes > 0 ? plural(minutes, "minute") : ""];
  return `${parts.filter(Boolean).join(" ")} left`;
}

/** Returns the remaining fraction of a session, 0 to 1. */
export function partLeft(issuedMs: number, expiresMs: number, nowMs: number): number {
  if (expiresMs <= issuedMs) return 0;
  return Math.min(1, Math.max(0, (expiresMs - nowMs) / (expiresMs - issuedMs)));
}

/**
 * Returns the time until a shown text changes: `byMinute` instants are shown by the minute until they are close, then
 * by the second; `bySecond` ones always by the second. Null if all of them are past.
 */
export function untilNextTick(nowMs: number, byMinute: number[], bySecond: number[] = []): number | null {
  const steps = [
    ...byMinute.map((instant) => untilNextMinute(instant - nowMs)),
    ...bySecond.map((instant) => untilNext(instant - nowMs, SECOND_MS)),
  ].filter((step) => step !== null);
  return steps.length === 0 ? null : Math.min(...steps);
}

function untilNext(leftMs: number, unitMs: number): number | null {
  return leftMs > 0 ? (leftMs % unitMs) + 1 : null;
}

/** Returns when the text of a time that is shown by the minute changes, or is shown by the second. */
function untilNextMinute(leftMs: number): number | null {
  if (leftMs < CLOSE_MS) return untilNext(leftMs, SECOND_MS);
  return Math.min(((leftMs + MINUTE_MS / 2) % MINUTE_MS) + 1, leftMs - CLOSE_MS + 1);
}

/** Rounds to the nearest minute, so that a session of an hour does not start with 59 minutes. */
function rounded(leftMs: number): number {
  return Math.floor((leftMs + MINUTE_MS / 2) / MINUTE_MS) * MINUTE_MS;
}

function twoDigits(value: number): string {
  return String(Math.floor(value)).padStart(2, "0");
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
