import { expect, test } from "vitest";
import { role } from "../fixture/make";
import { sameRole } from "./entry";

test("b13_finds the role that already has an ARN", () => {
  const roles = [role("guest", { arn: "arn:aws:iam::808768216571:role/guest" }), role("other")];
  expect(sameRole(roles, " arn:aws:iam::808768216571:role/guest\n")?.name).toBe("guest");
  expect(sameRole(roles, "arn:aws:iam::808768216571:role/guest2")).toBeNull();
});
