import { describe, expect, test } from "vitest";

/** The one file that a style loads: it is built in, so that nothing comes from the network. */
const BUILT_IN_FONT = /url\("@fontsource-variable\/inter\/files\/[a-z-]+\.woff2"\)/;

const files = import.meta.glob<string>(["./**/*.{ts,svelte,css}", "../index.html"], {
  query: "?raw",
  import: "default",
  eager: true,
});
const shipped = Object.entries(files)
  .filter(([path]) => !/\.test\.ts$|\/fixture\//.test(path))
  .map(([path, text]): [string, string] => [path, path === "./style/font.css" ? text.replace(BUILT_IN_FONT, "") : text]);
const components = shipped.filter(([path]) => path.endsWith(".svelte"));

test("finds the sources", () => {
  expect(components.length).toBeGreaterThan(20);
});

describe("t19_no_source", () => {
  test.each([
    ["writes HTML", /\{@html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser/],
    ["evaluates text", /\beval\(|new Function|setTimeout\(\s*["'`]/],
    ["has an inline style or handler", /\sstyle=|<script>(?!\s)|\son[a-z]+="/],
    ["stores anything in the browser", /localStorage|sessionStorage|indexedDB|document\.cookie/],
    ["uses the network", /\bfetch\(|XMLHttpRequest|WebSocket|@import|url\(|(src|href)="https?:/],
  ])("%s", (_, forbidden) => {
    expect(shipped.filter(([, text]) => forbidden.test(text)).map(([path]) => path)).toEqual([]);
  });
});

test("only the bridge knows the desktop shell", () => {
  const importers = shipped.filter(([, text]) => text.includes("@tauri-apps") || text.includes("__TAURI"));
  expect(importers.map(([path]) => path)).toEqual(["./state/bridge.ts"]);
});

test("only the app holds shared state", () => {
  const stateful = shipped.filter(([path, text]) => path.endsWith(".ts") && /\$state/.test(text));
  expect(stateful.map(([path]) => path)).toEqual(["./state/app.svelte.ts"]);
});

test("colours come from the tokens", () => {
  const withColours = shipped.filter(([path, text]) => path !== "./style/tokens.css" && /#[0-9a-f]{3,8};|rgba?\(/i.test(text));
  expect(withColours.map(([path]) => path)).toEqual([]);
});

test("no component outgrows 120 lines", () => {
  const long = components.filter(([, text]) => text.trimEnd().split("\n").length > 120);
  expect(long.map(([path]) => path)).toEqual([]);
});
