import { expect, test } from "vitest";
import { keyAction, type KeyPress, type KeyScene } from "./keys";

const bare: KeyPress = { key: "", ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
const empty: KeyScene = { searchIsEmpty: true, textIsSelected: false };

function action(press: Partial<KeyPress>, scene: Partial<KeyScene> = {}) {
  return keyAction({ ...bare, ...press }, { ...empty, ...scene });
}

test("copies with control and with command, unless text is selected", () => {
  expect(action({ key: "c", ctrlKey: true })).toBe("copy");
  expect(action({ key: "c", metaKey: true })).toBe("copy");
  expect(action({ key: "C", ctrlKey: true, shiftKey: true })).toBe("copy-as");
  expect(action({ key: "c", ctrlKey: true }, { textIsSelected: true })).toBeNull();
});

test("ignores typing while the search has text", () => {
  expect(action({ key: "?" }, { searchIsEmpty: false })).toBeNull();
  expect(action({ key: "Delete" }, { searchIsEmpty: false })).toBeNull();
  expect(action({ key: "a" })).toBeNull();
});

test("knows the keys without modifiers", () => {
  expect(action({ key: "?", shiftKey: true })).toBe("help");
  expect(action({ key: "Delete" })).toBe("end");
  expect(action({ key: "Enter" })).toBe("enter");
  expect(action({ key: "Escape" })).toBe("escape");
  expect(action({ key: "ArrowDown", altKey: true })).toBeNull();
});
