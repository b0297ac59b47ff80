import { expect, test } from "vitest";
import { key, role, snapshot } from "../fixture/make";
import { checklist } from "./checklist";

const aws = snapshot().aws;
const unusable = { code: "unusable_source" as const, what: "No source.", remedy: "Set one." };

test("says how many keys are safe and how many roles are ready, and names the others", () => {
  const roles = [role("a"), ...["b", "c", "d", "e"].map((name) => role(name, { problem: unusable }))];
  const steps = checklist(snapshot({ keys: [key("user")], roles, aws: { ...aws, keys: [{ profile: "old", access_key_id: "AKIA…Z0PL" }] } }), false);
  expect(steps.map(({ title, note, isDone }) => [title, note, isDone])).toEqual([
    ["1 of 2 access keys in the keychain", "In plaintext: old.", false],
    ["1 of 5 roles are ready", "Not usable: b, c, d and 1 more.", false],
    ["Connect the AWS CLI", "Adds a profile for each role.", false],
    ["Set a shortcut", "Opens this window from anywhere.", false],
  ]);
});

test("is done with a key, usable roles, a profile and a shortcut", () => {
  const connections = [{ name: "a", profile: "a" }] as unknown as typeof aws.connections;
  const steps = checklist(snapshot({ keys: [key("user")], roles: [role("a")], aws: { ...aws, connections } }), true);
  expect(steps.every((step) => step.isDone && step.note === "")).toBe(true);
});
