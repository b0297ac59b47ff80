import { expect, test } from "vitest";
import type { CauseKind, Cause, Confidence } from "../state/types";
import { split, confidenceText } from "./causes";

const cause = (kind: string, confidence: Confidence): Cause => ({
  kind: kind as CauseKind, confidence, what: `${kind}.`, check: { what: "Look.", command: null }, who: null, statement: null,
});

test("certain causes are never collapsed", () => {
  const [first, second, third] = [cause("a", "certain"), cause("b", "certain"), cause("c", "possible")];
  expect(split([first, second, third])).toEqual({ first, sure: [second], others: [third] });
});

test("an unknown answer has no cause", () => {
  expect(split([])).toEqual({ first: null, sure: [], others: [] });
});

test("says how sure it is without a colour", () => {
  const words = (["certain", "likely", "possible"] as const).map(confidenceText);
  expect(words).toEqual(["Cause", "Most likely", "Possible"]);
});
