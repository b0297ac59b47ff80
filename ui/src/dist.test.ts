// @vitest-environment node
import { build } from "vite";
import { beforeAll, expect, test } from "vitest";

let page = "";
let script = "";

beforeAll(async () => {
  const built = await build({ mode: "production", logLevel: "silent", build: { write: false } });
  const [bundle] = Array.isArray(built) ? built : [built];
  if (!bundle || !("output" in bundle)) throw new Error("nothing was built");
  for (const file of bundle.output) {
    if (file.type === "chunk") script += file.code;
    else if (file.fileName.endsWith(".html")) page = String(file.source);
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
