import { expect, test } from "vitest";
import { keyAction, zoomStep, type KeyPress, type KeyScene } from "./keys";

const bare: KeyPress = { key: "", ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
const empty: KeyScene = { searchIsEmpty: true, textIsSelected: false };

function action(press: Partial<KeyPress>, scene: Partial<KeyScene> = {}) {
  return keyAction({ ...bare, ...press }, { ...empty, ...scene });
}

test("copies with control and with command, unless text is selected", () => {
  expect(action({ key: "c", ctrlKey: true })).toBe("copy");
  expect(action({ key: "c", metaKey: true })).toBe("copy");
  expect(action({ key: "C", ctrlKey: true, shiftKey: true })).toBe("copy-as");
  expect(action({ key: "o", ctrlKey: true })).toBe("console");
  expect(action({ key: "c", ctrlKey: true }, { textIsSelected: true })).toBeNull();
});

test("ignores typing while the search has text", () => {
  expect(action({ key: "?" }, { searchIsEmpty: false })).toBeNull();
  expect(action({ key: "Delete" }, { searchIsEmpty: false })).toBeNull();
  expect(action({ key: "a" })).toBeNull();
});

test("numbers open lines, shift marks several, and plus and minus change the size", () => {
  expect(action({ key: "3", ctrlKey: true })).toBe("line-3");
  expect(action({ key: "3" })).toBeNull();
  expect(action({ key: "ArrowDown", shiftKey: true })).toBe("mark-down");
  const steps = ["+", "=", "-", "0", "9"].map((key) => zoomStep({ ...bare, key, ctrlKey: true }));
  expect(steps).toEqual([1, 1, -1, 0, null]);
  expect(zoomStep({ ...bare, key: "+" })).toBeNull();
});

test("knows the keys without modifiers", () => {
  expect(action({ key: "?", shiftKey: true })).toBe("help");
  expect(action({ key: "Delete" })).toBe("end");
  expect(action({ key: "Enter" })).toBe("enter");
  expect(action({ key: "Escape" })).toBe("escape");
  expect(action({ key: "ArrowDown", altKey: true })).toBeNull();
});
