import { expect, test } from "vitest";
import { role, session, withoutCredentials } from "../fixture/make";
import { lifeOf, phaseText } from "./life";

const guest = role("guest");

test("counts down between its start and its end", () => {
  const now = Date.now();
  const life = lifeOf(session(guest, 45), 3600, now);
  expect(life.isLiving).toBe(true);
  expect(life.part).toBeCloseTo(0.75, 2);
});

test("is expired as soon as its end has passed, whatever the backend last said", () => {
  const life = lifeOf(session(guest, 1, { phase: "expiring" }), 3600, Date.now() + 61_000);
  expect(life).toMatchObject({ phase: "expired", isLiving: false, part: 0, text: "" });
});

test("never has more left than its whole duration when the clock was set back", () => {
  const fourHoursAgo = Date.now() - 4 * 3_600_000;
  const life = lifeOf(session(guest, 45), 3600, fourHoursAgo);
  expect(life.leftMs).toBeLessThanOrEqual(3_600_000);
  expect(life.part).toBeLessThanOrEqual(1);
});

test("has the planned length if its start is unknown", () => {
  expect(lifeOf(session(guest, 15, { issued_at: null }), 3600, Date.now()).part).toBeCloseTo(0.25, 2);
});

test("shows neither time nor arc before it is assumed", () => {
  const life = lifeOf(withoutCredentials(guest, { phase: "assuming", waiting_for: "code" }), 3600, Date.now());
  expect(life).toMatchObject({ phase: "assuming", isLiving: false, text: "" });
  expect(phaseText("assuming", "code")).toBe("waiting for a code");
  expect(phaseText("assuming", null)).toBe("contacting AWS…");
});
