import { afterEach, expect, test, vi } from "vitest";
import { durationEntry, instant, durationText, timeOfDay } from "./clock";

test("parses an instant, or returns null", () => {
  expect(instant("2026-01-02T03:04:05Z")).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
  expect(instant(null)).toBeNull();
  expect(instant("soon")).toBeNull();
});

test("shows the time that a skewed clock will show at that moment", () => {
  const expiry = Date.UTC(2026, 0, 2, 14, 32);
  const fiveMinutesSlow = 5 * 60_000;
  const plain = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
  expect(timeOfDay(expiry, 0)).toBe(plain.format(expiry));
  expect(timeOfDay(expiry, fiveMinutesSlow)).toBe(plain.format(Date.UTC(2026, 0, 2, 14, 27)));
});

test("writes durations for people and for roles.toml", () => {
  expect([3600, 5400, 900, 43200, 50].map(durationText)).toEqual(["1 h", "1 h 30 min", "15 min", "12 h", "50 s"]);
  expect([3600, 5400, 2700, 3601].map(durationEntry)).toEqual(["1h", "90m", "45m", "3601"]);
});

afterEach(() => vi.unstubAllEnvs());

/** Returns the modules as they are on a computer in a time zone. */
async function inZone(zone: string) {
  vi.stubEnv("TZ", zone);
  vi.resetModules();
  return { clock: await import("./clock"), days: await import("../history/days"), countdown: await import("./countdown") };
}

// The hour that is there twice, the hour that is not there, and a change of half an hour.
const CHANGES = [
  ["America/New_York", "2026-11-01T06:00:00Z"],
  ["Europe/Berlin", "2026-03-29T01:00:00Z"],
  ["Australia/Lord_Howe", "2026-04-04T15:00:00Z"],
] as const;

test.each(CHANGES)("r04_the time left does not jump where the clocks of %s change", async (zone, change) => {
  const { clock, countdown } = await inZone(zone);
  const changes = clock.instant(change) ?? NaN;
  const hourBefore = new Date(changes - 3_600_000).getTimezoneOffset();
  expect(new Date(changes + 3_600_000).getTimezoneOffset()).not.toBe(hourBefore);
  const left = (atMs: number) => countdown.shortLeft(changes + 3_600_000 - atMs);
  expect([-60, -30, 0, 30, 60].map((minutes) => left(changes + minutes * 60_000))).toEqual(["2 h", "1 h 30 min", "1 h", "30 min", "0:00"]);
});

test("r04_a time is shown in the zone of this computer, and a day there can have 25 hours", async () => {
  const line = (at: string) => ({ at, since: at }) as never;
  for (const [zone, shown] of [["Asia/Kathmandu", /5:45/], ["Pacific/Chatham", /1:45/], ["UTC", /12:00/]] as const) {
    const { clock } = await inZone(zone);
    expect(clock.timeOfDay(Date.UTC(2026, 0, 2, 0, 0), 0)).toMatch(shown);
  }
  const { days } = await inZone("America/New_York");
  const noon = Date.UTC(2026, 10, 1, 17);
  const texts = days.rows([line("2026-11-01T04:00:00Z"), line("2026-11-01T03:59:59Z")], noon).filter((row) => row.kind === "day");
  expect(texts.map((row) => row.text)).toEqual(["Today", "Yesterday"]);
});
