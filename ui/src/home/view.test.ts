import { expect, test } from "vitest";
import { role } from "../fixture/make";
import type { Line } from "../model/listing";
import { headingAt, inView, scrollTo, tops } from "./view";

const heading: Line = { kind: "heading", title: "Clients", count: 2, isCollapsed: false };
const line = (name: string): Line => ({ kind: "role", role: role(name) });

test("stacks headings and roles", () => {
  expect(tops([heading, line("a"), line("b")])).toEqual([0, 32, 76, 120]);
  expect(tops([])).toEqual([0]);
});

test("renders only what is in view, with a margin", () => {
  const lines = [heading, ...Array.from({ length: 10_000 }, (_, i) => line(`r${i}`))];
  const places = tops(lines);
  const shown = inView(places, 240_000, 600);
  expect(shown.end - shown.first).toBeLessThan(40);
  expect(places[shown.first]).toBeLessThanOrEqual(240_000);
  expect(places[shown.end]).toBeGreaterThanOrEqual(240_600);
  expect(inView(places, -500, 600).first).toBe(0);
  expect(inView(places, 1e9, 600).end).toBe(lines.length);
  expect(inView(tops([]), 0, 600)).toEqual({ first: 0, end: 0 });
});

test("scrolls as little as possible, and keeps the line below the heading that stays at the top", () => {
  const lines = [heading, line("a"), line("b"), heading, line("c")];
  const seen = { scrolled: 0, height: 1000 };
  expect(scrollTo(lines, 1, seen)).toBeNull();
  expect(scrollTo(lines, 1, { ...seen, scrolled: 50 })).toBe(0);
  expect(scrollTo(lines, 2, { ...seen, scrolled: 76 })).toBe(44);
  expect(scrollTo(lines, 4, { ...seen, height: 100 })).toBe(196 + 8 - 100);
});

test("finds the heading that a scrolled list shows at its top", () => {
  const lines = [heading, line("a"), line("b"), heading, line("c")];
  const places = tops(lines);
  expect([0, 31, 100, 119, 120, 500].map((at) => headingAt(lines, places, at))).toEqual([0, 0, 0, 0, 3, 3]);
  expect(headingAt([], tops([]), 0)).toBe(-1);
});
