import { expect, test } from "vitest";
import type { ImportItem } from "../state/types";
import { counted, heading, sourceName } from "./moving";

function moved(kind: ImportItem["kind"]): ImportItem {
  return { kind, name: "a", outcome: "imported", message: "" };
}

test("counts items by kind", () => {
  expect(counted([moved("key"), moved("role"), moved("role")])).toBe("1 access key, 2 roles");
  expect(counted([moved("other")])).toBe("1 entry");
  expect(counted([])).toBe("");
});

test("distinguishes a preview from an import", () => {
  expect(heading("imported", false)).toBe("Will import");
  expect(heading("imported", true)).toBe("Imported");
  expect(heading("skipped", true)).toBe("Not imported");
  expect(sourceName("aws_vault")).toBe("aws-vault");
});
