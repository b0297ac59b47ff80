import { expect, test } from "vitest";
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
