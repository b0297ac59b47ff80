import { expect, test } from "vitest";
import { lines } from "../fixture/history";
import type { HistoryLine } from "../state/types";
import { found, visibleRange, rows } from "./days";

const NOON = new Date(2026, 10, 22, 12).getTime();

function at(hoursAgo: number, parts: Partial<HistoryLine> = {}): HistoryLine {
  const [first] = lines("usual");
  if (!first) throw new Error("no lines");
  return { ...first, at: new Date(NOON - hoursAgo * 3_600_000).toISOString(), ...parts };
}

test("a row names each day before its first line", () => {
  const all = rows([at(0), at(1), at(24), at(24 * 10)], NOON);
  expect(all.map((row) => (row.kind === "day" ? row.text : "line"))).toEqual([
    "Today", "line", "line", "Yesterday", "line", expect.stringContaining("2026"), "line",
  ]);
  expect(new Set(all.map((row) => row.key)).size).toBe(all.length);
});

test("finds by role, program, parents and outcome", () => {
  const denied = at(0, { role: "prod", process: "node", parents: ["npm"], verdict: "denied" });
  const all = [denied, at(0, { role: "guest", process: "aws", parents: ["bash"] })];
  for (const query of ["prod", "NODE", "npm denied", "  pro  "]) expect(found(all, query)).toEqual([denied]);
  expect(found(all, "")).toEqual(all);
  expect(found(all, "prod bash")).toEqual([]);
});

test("of ten thousand rows only those in view are rendered", () => {
  const { from, to } = visibleRange(10_000, 260_000, 520);
  expect(from).toBe(4992);
  expect(to - from).toBeLessThan(40);
  expect(visibleRange(3, 0, 520)).toEqual({ from: 0, to: 3 });
});
