// @vitest-environment node
import { build } from "vite";
import { beforeAll, expect, test } from "vitest";
import { overBudget } from "../budget";

let page = "";
let script = "";
const fonts: string[] = [];

beforeAll(async () => {
  const built = await build({ mode: "production", logLevel: "silent", build: { write: false } });
  const [bundle] = Array.isArray(built) ? built : [built];
  if (!bundle || !("output" in bundle)) throw new Error("nothing was built");
  for (const file of bundle.output) {
    if (file.type === "chunk") script += file.code;
    else if (file.fileName.endsWith(".html")) page = String(file.source);
    else if (file.fileName.endsWith(".woff2")) fonts.push(file.fileName);
  }
}, 60_000);

test("the page has no script or style of its own, and uses no network", () => {
  expect(page).toContain('src="./assets/');
  expect(page).not.toMatch(/<script[^>]*>[^<]|<style|style=|\son[a-z]+=|https?:/);
});

test("the script writes no HTML, evaluates nothing and sets no style attribute", () => {
  expect(script).not.toMatch(/\.innerHTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function|\{style:`/);
});

test("no fixture is built in", () => {
  expect(script).not.toMatch(/northwind|fixture/);
});

test("the page brings one font", () => {
  expect(fonts).toHaveLength(1);
});

test("a build that outgrows its budget fails", () => {
  expect(overBudget({ "a.js": 1, "b.woff2": 59_999 })).toEqual([]);
  expect(overBudget({ "a.js": 200_000, "b.js": 200_000, "c.css": 2, "d.woff2": 60_001 })).toEqual([
    "The window's js has 400000 bytes, and may have 320000.",
    "The window's woff2 has 60001 bytes, and may have 60000.",
  ]);
  expect(overBudget({ "a.png": 1 })).toEqual(["The window's png has 1 bytes, and may have 0."]);
});
