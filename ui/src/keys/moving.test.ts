import { expect, test } from "vitest";
import type { Moved } from "../bridge";
import { counted, heading, peerName } from "./moving";

function moved(kind: Moved["kind"]): Moved {
  return { kind, name: "a", outcome: "moved", told: "" };
}

test("counts what comes", () => {
  expect(counted([moved("key"), moved("role"), moved("role")])).toBe("1 access key, 2 roles");
  expect(counted([moved("other")])).toBe("1 entry");
  expect(counted([])).toBe("");
});

test("says whether it came or would come", () => {
  expect(heading("moved", false)).toBe("Comes over");
  expect(heading("moved", true)).toBe("Came over");
  expect(heading("left", true)).toBe("Stays there");
  expect(peerName("aws_vault")).toBe("aws-vault");
});
