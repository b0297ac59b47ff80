import { expect, test } from "vitest";
import { pressedShortcut } from "./pressed";

const bare = { key: "", code: "", ctrlKey: false, altKey: false, shiftKey: false, metaKey: false };

test("a combination is written as it is pressed", () => {
  expect(pressedShortcut({ ...bare, key: "r", code: "KeyR", ctrlKey: true, altKey: true })).toBe("Ctrl+Alt+R");
  expect(pressedShortcut({ ...bare, key: "®", code: "KeyR", altKey: true, shiftKey: true })).toBe("Alt+Shift+R");
  expect(pressedShortcut({ ...bare, key: " ", code: "Space", metaKey: true })).toBe("Super+Space");
  expect(pressedShortcut({ ...bare, key: "F9", code: "F9", ctrlKey: true })).toBe("Ctrl+F9");
});

test("what people type is no shortcut", () => {
  expect(pressedShortcut({ ...bare, key: "Control", code: "ControlLeft", ctrlKey: true })).toBeNull();
  expect(pressedShortcut({ ...bare, key: "R", code: "KeyR", shiftKey: true })).toBeNull();
});
