import { expect, test } from "vitest";
import { role, session, snapshot } from "../fixture/make";
import { foundPlace, foundText, isFirstRun } from "./found";

const live = { ...role("guest"), origin: { kind: "profile" as const, place: "~/.aws/config", line: 1 } };
const aws = snapshot().aws;
const key = { profile: "work", access_key_id: "AKIA…4QXA" };

test("counts what AWS's files hold", () => {
  expect(foundText(snapshot())).toBe("");
  expect(foundText(snapshot({ roles: [live] }))).toBe("1 role");
  expect(foundText(snapshot({ roles: [live, { ...live, name: "b" }], aws: { ...aws, keys: [key, key] } })))
    .toBe("2 access keys in plaintext, 2 roles");
});

test("names the folder, or both files if their folders differ", () => {
  expect(foundPlace(snapshot())).toBe("~/.aws");
  expect(foundPlace(snapshot({ aws: { ...aws, credentials_path: "/srv/keys" } }))).toBe("~/.aws/config and /srv/keys");
});

test("is the first run until there is a key, a session or a role of the user", () => {
  expect(isFirstRun(snapshot())).toBe(true);
  expect(isFirstRun(snapshot({ roles: [live] }))).toBe(true);
  expect(isFirstRun(snapshot({ roles: [live, role("mine")] }))).toBe(false);
  expect(isFirstRun(snapshot({ roles: [live], sessions: [session(live, 5)] }))).toBe(false);
});
