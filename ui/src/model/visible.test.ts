import { expect, test } from "vitest";
import { visible, visibleLines } from "./visible";

test("leaves ordinary text of any language alone", () => {
  for (const text of ["guest", "a b", "Größe", "ロール", "роль", "👍", "<img src=x onerror=alert(1)>"]) {
    expect(visible(text)).toBe(text);
  }
});

test("escapes control characters", () => {
  expect(visible("a\u0000b\u001b[31m\u007f\u009b\r\n\t")).toBe("a\\u{0}b\\u{1B}[31m\\u{7F}\\u{9B}\\u{D}\\u{A}\\u{9}");
});

test("escapes bidirectional and zero-width characters", () => {
  expect(visible("ad\u202enim")).toBe("ad\\u{202E}nim");
  expect(visible("\u2066x\u2069\u200b\ufeff\u061c\u00ad")).toBe("\\u{2066}x\\u{2069}\\u{200B}\\u{FEFF}\\u{61C}\\u{AD}");
  expect(visible("\u{e0041}")).toBe("\\u{E0041}");
});

test("escapes look-alike spaces, blank letters and lone surrogates", () => {
  expect(visible("a\u00a0b\u3000c\u3164d\u2800")).toBe("a\\u{A0}b\\u{3000}c\\u{3164}d\\u{2800}");
  expect(visible("x\ud800y")).toBe("x\\u{D800}y");
});

test("keeps the line breaks of a detail", () => {
  expect(visibleLines("AccessDenied\r\nrequest \u202e1")).toBe("AccessDenied\nrequest \\u{202E}1");
});
