import { expect, test } from "vitest";
import { findLetters, findPart } from "./fuzzy";

function marked(wanted: string, text: string): string | null {
  const found = findLetters(wanted, text);
  if (!found) return null;
  return found.spans.map(([from, to]) => text.slice(from, to)).join("|");
}

test("finds letters in order, best at word starts and in a row", () => {
  expect(marked("guest", "guest")).toBe("guest");
  expect(marked("dro", "data-read-only")).toBe("d|r|o");
  expect(marked("admin", "a-d-m-in-payments-admin")).toBe("admin");
  expect(marked("payA", "paymentsAdmin")).toBe("pay|A");
});

test("finds nothing where letters are missing, out of order or scattered", () => {
  expect(marked("xyz", "guest")).toBeNull();
  expect(marked("tseug", "guest")).toBeNull();
  expect(marked("aeo", "xaxxxexxxxo")).toBeNull();
  expect(marked("", "guest")).toBeNull();
});

test("ranks a whole word above scattered letters", () => {
  const whole = findLetters("prod", "prod-admin")?.score ?? 0;
  expect(whole).toBeGreaterThan(findLetters("prod", "pipeline-runner-of-data")?.score ?? 0);
  expect(whole).toBeGreaterThan(findLetters("prod", "aprxod")?.score ?? 0);
});

test("finds one piece wherever it is, whatever its case", () => {
  expect(findPart("ROLE/g", "arn:aws:iam::1:role/Guest")?.spans).toEqual([[15, 21]]);
  expect(findPart("zz", "arn")).toBeNull();
});

test("is fast enough for ten thousand roles", () => {
  const started = performance.now();
  for (let i = 0; i < 10_000; i++) findLetters("clntadmin", `client-${i}-payments-administrator-with-long-name`);
  expect(performance.now() - started).toBeLessThan(1500);
});
