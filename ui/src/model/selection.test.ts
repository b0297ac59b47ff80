import { expect, test } from "vitest";
import { keepSelection, moveSelection } from "./selection";

const names = ["a", "b", "c"];

test("moves and stops at the ends", () => {
  expect(moveSelection(names, "a", 1)).toBe("b");
  expect(moveSelection(names, "c", 1)).toBe("c");
  expect(moveSelection(names, "a", -1)).toBe("a");
  expect(moveSelection(names, "b", 10)).toBe("c");
  expect(moveSelection(names, "b", -Infinity)).toBe("a");
});

test("starts at the near end when nothing is selected", () => {
  expect(moveSelection(names, null, 1)).toBe("a");
  expect(moveSelection(names, null, -1)).toBe("c");
  expect(moveSelection([], "a", 1)).toBeNull();
});

test("stays on its name when the list changes", () => {
  expect(keepSelection(["c", "b", "a"], names, "a")).toBe("a");
});

test("moves to the neighbour when its name is removed", () => {
  expect(keepSelection(["a", "c"], names, "b")).toBe("c");
  expect(keepSelection(["a", "b"], names, "c")).toBe("b");
  expect(keepSelection([], names, "c")).toBeNull();
  expect(keepSelection(names, [], null)).toBe("a");
});
