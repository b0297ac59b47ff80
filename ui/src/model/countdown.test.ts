import { describe, expect, test } from "vitest";
import { partLeft, shortLeft, spokenLeft, untilNextTick } from "./countdown";

const S = 1000;
const M = 60 * S;
const H = 60 * M;

describe("short text of the time left", () => {
  test.each([
    [12 * H, "12 h"],
    [10 * H, "10 h"],
    [10 * H - 1, "10 h"],
    [10 * H - 31 * S, "9 h 59 min"],
    [H, "1 h"],
    [H - 1, "1 h"],
    [H - 30 * S, "1 h"],
    [H - 31 * S, "59 min"],
    [2 * M, "2 min"],
    [2 * M - 1, "1:59"],
    [61 * S, "1:01"],
    [999, "0:00"],
    [-5 * M, "0:00"],
  ])("%i ms is %s", (left, text) => expect(shortLeft(left)).toBe(text));
});

test("is read aloud in whole words", () => {
  expect(spokenLeft(H + 12 * M)).toBe("1 hour 12 minutes left");
  expect(spokenLeft(2 * H)).toBe("2 hours left");
  expect(spokenLeft(90 * S)).toBe("less than 2 minutes left");
  expect(spokenLeft(0)).toBe("expired");
});

test("the remaining fraction stays between 0 and 1", () => {
  expect(partLeft(0, 100, 25)).toBe(0.75);
  expect(partLeft(0, 100, 200)).toBe(0);
  expect(partLeft(50, 100, 0)).toBe(1);
  expect(partLeft(100, 100, 100)).toBe(0);
});

describe("the next tick", () => {
  test("is null if all instants are past", () => {
    expect(untilNextTick(0, [])).toBeNull();
    expect(untilNextTick(10, [10, 5], [1])).toBeNull();
  });

  test("falls on the minute of the earliest change", () => {
    expect(untilNextTick(0, [43 * M + 500])).toBe(30 * S + 501);
    expect(untilNextTick(0, [43 * M + 30 * S, 50 * M + 40 * S])).toBe(1);
    expect(untilNextTick(0, [43 * M])).toBe(30 * S + 1);
    expect(untilNextTick(0, [2 * M + 10 * S])).toBe(10 * S + 1);
  });

  test("falls on the second when close", () => {
    expect(untilNextTick(0, [90 * S + 250])).toBe(251);
    expect(untilNextTick(0, [H], [20 * S + 100])).toBe(101);
    expect(untilNextTick(0, [H + 30 * S], [20 * S + 100])).toBe(1);
  });

  test("never changes the text before it comes", () => {
    for (let left = 10 * M; left > 0; left -= 7_919) {
      const step = untilNextTick(0, [left]) ?? 0;
      expect(shortLeft(left - step + 1)).toBe(shortLeft(left));
      if (left > step) expect(shortLeft(left - step)).not.toBe(shortLeft(left));
    }
  });
});
