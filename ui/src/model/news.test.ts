import { expect, test } from "vitest";
import { DENIED, role, session, snapshot, withoutCredentials } from "../fixture/make";
import { news } from "./news";

const guest = role("guest");

test("reports what changed, and nothing else", () => {
  const none = snapshot();
  const active = snapshot({ sessions: [session(guest, 43)] });
  const failed = snapshot({ sessions: [withoutCredentials(guest, { phase: "failed", problem: DENIED })] });
  expect(news(null, active)).toEqual([]);
  expect(news(active, active)).toEqual([]);
  expect(news(none, active)).toEqual(["guest: active."]);
  expect(news(active, failed)).toEqual([`guest: could not be assumed. ${DENIED.what}`]);
  expect(news(active, none)).toEqual(["guest: session ended."]);
});
