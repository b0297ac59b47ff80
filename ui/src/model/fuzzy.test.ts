import { expect, test } from "vitest";
import { fastest } from "../fixture/fastest";
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

test("costs at most in proportion to the square of a name's length", () => {
  const cost = (length: number) => fastest(() => findLetters("a".repeat(8), "ab".repeat(length)));
  expect(cost(800) / cost(200)).toBeLessThan(4 * 16);
});
