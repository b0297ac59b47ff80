// Formats instants and durations for people.

const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

/** Returns the milliseconds of an RFC 3339 instant, or null if there is none. */
export function instant(text: string | null | undefined): number | null {
  const ms = text ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** Returns the local time of day of an AWS instant on this computer's clock. */
export function timeOfDay(awsMs: number, clockOffsetMs: number): string {
  return TIME.format(awsMs - clockOffsetMs);
}

/** Returns a duration in seconds as text: "1 h", "45 min", "1 h 30 min", "50 s". */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return [hours > 0 ? `${hours} h` : "", minutes > 0 ? `${minutes} min` : ""].filter(Boolean).join(" ");
}

/** Returns a duration as roles.toml writes it: "1h", "45m", "3601". */
export function durationEntry(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : String(seconds);
}
