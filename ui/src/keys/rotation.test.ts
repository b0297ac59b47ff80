import { expect, test } from "vitest";
import { inSeconds, key } from "../fixture/make";
import type { RotationPlan, RotationView } from "../state/rotation";
import { ageOf, nextAction, obstacle, roughSpan, stateOf } from "./rotation";

const NOW = Date.now();
const DAY_S = 86_400;

function rotation(parts: Partial<RotationView> = {}): RotationView {
  return { old_id: "AKIASQ7EXAMPLEKEYID1", new_id: null, next: "create", since: inSeconds(-3 * DAY_S), is_back: false, is_running: false, waiting: null, ...parts };
}

function plan(parts: Partial<RotationPlan> = {}): RotationPlan {
  const current = { id: "AKIASQ7EXAMPLEKEYID1", is_active: true, created_at: inSeconds(-120 * DAY_S), used_at: null, name: "user" };
  return { key: "user", user_arn: "", current, other: null, lost: null, rotation: null, command: "rolecall keys rotate user", plaintext_profiles: [], moved_profiles: [], now: inSeconds(0), ...parts };
}

test("a span has its largest unit", () => {
  expect([0, 59_999, 60_000, 3_600_000, 7_200_000, 86_400_000].map(roughSpan)).toEqual(["less than a minute", "less than a minute", "1 minute", "1 hour", "2 hours", "1 day"]);
});

test("age and last use are shown as far as they are known", () => {
  expect(ageOf(key("user"), NOW)).toBe("");
  expect(ageOf(key("user", { age: "120 days", last_use: { at: inSeconds(-2 * DAY_S) } }), NOW + 1000)).toBe("120 days old · last used 2 days ago");
  expect(ageOf(key("user", { age: "at least 9 days", last_use: "not_permitted" }), NOW)).toBe("at least 9 days old · AWS does not permit its user to see more");
  expect(ageOf(key("user", { last_use: "never" }), NOW)).toBe("never used");
});

test("a rotation says where it stands, and shows key IDs only by their ends", () => {
  expect(stateOf(rotation({ next: "delete" }), NOW + 1000)).toMatch(/^The old key AKIA\S+ has been inactive for 3 days\.$/);
  expect(stateOf(rotation({ next: "delete" }), NOW)).not.toContain("SQ7EXAMPLE");
  expect(stateOf(rotation({ next: "switch" }), NOW)).toContain("stopped before its end");
  expect(nextAction(null)).toEqual({ begin: { delete: null } });
  expect(nextAction(rotation())).toEqual({ resume: { delete: null } });
  expect(nextAction(rotation({ is_back: true }))).toEqual({ undo: { delete: null } });
});

test("the window deletes no key that it does not know", () => {
  const other = { id: "AKIASQ7EXAMPLEKEYID2", is_active: true, created_at: inSeconds(-500 * DAY_S), used_at: null, name: null };
  expect(obstacle(plan(), null)).toBeNull();
  expect(obstacle(plan({ other }), null)).toContain("rolecall keys rotate user");
  expect(obstacle(plan({ other }), rotation({ next: "deactivate" }))).toBeNull();
  const command = "rolecall keys rotate user --resume";
  expect(obstacle(plan({ lost: other, command }), rotation())).toContain("--resume");
  expect(obstacle(plan({ other, command: "rolecall keys rotate 'a; b'" }), null)).toMatch(/: rolecall keys rotate 'a; b'$/);
});
