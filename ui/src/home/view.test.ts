import { expect, test } from "vitest";
import { role } from "../fixture/make";
import type { RoleLine } from "../listing";
import { inView, scrollTo, tops } from "./view";

const heading: RoleLine = { kind: "heading", title: "Clients", count: 2 };
const line = (name: string): RoleLine => ({ kind: "role", role: role(name), score: 0 });

test("stacks headings and roles", () => {
  expect(tops([heading, line("a"), line("b")])).toEqual([0, 34, 82, 130]);
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

test("scrolls as little as possible, and shows the heading with the first role of a group", () => {
  const lines = [heading, line("a"), line("b"), heading, line("c")];
  const seen = { above: 100, scrolled: 0, height: 1000 };
  expect(scrollTo(lines, 1, seen)).toBeNull();
  expect(scrollTo(lines, 1, { ...seen, scrolled: 150 })).toBe(100);
  expect(scrollTo(lines, 2, { ...seen, scrolled: 190 })).toBe(182);
  expect(scrollTo(lines, 4, { ...seen, height: 200 })).toBe(100 + 212 + 8 - 200);
});
