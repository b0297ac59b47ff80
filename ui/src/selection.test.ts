import { expect, test } from "vitest";
import { kept, moved } from "./selection";

const names = ["a", "b", "c"];

test("moves and stops at the ends", () => {
  expect(moved(names, "a", 1)).toBe("b");
  expect(moved(names, "c", 1)).toBe("c");
  expect(moved(names, "a", -1)).toBe("a");
  expect(moved(names, "b", 10)).toBe("c");
  expect(moved(names, "b", -Infinity)).toBe("a");
});

test("starts at the near end when nothing is selected", () => {
  expect(moved(names, null, 1)).toBe("a");
  expect(moved(names, null, -1)).toBe("c");
  expect(moved([], "a", 1)).toBeNull();
});

test("stays with its name when the list changes", () => {
  expect(kept(["c", "b", "a"], names, "a")).toBe("a");
});

test("falls to the neighbour when its name goes", () => {
  expect(kept(["a", "c"], names, "b")).toBe("c");
  expect(kept(["a", "b"], names, "c")).toBe("b");
  expect(kept([], names, "c")).toBeNull();
  expect(kept(names, [], null)).toBe("a");
});
