import { expect, test } from "vitest";

const files = import.meta.glob<string>(["../**/*.{svelte,css}"], { query: "?raw", import: "default", eager: true });
/** The properties whose sizes come from the tokens. */
const SCALED = /^(font|font-size|line-height|border-radius|((padding|margin|inset)(-[a-z-]+)?)|((row-|column-)?gap))$/;
const SIZE = /(?<![\w.#-])-?\d*\.?\d+(px|r?em|pt)\b/;

/** Returns the declarations of a style with a size of its own where a token belongs. */
function hardCoded(css: string): string[] {
  const declarations = [...css.matchAll(/(?<=[{;]\s*)([a-z-]+):\s*([^;{}]+);/g)];
  return declarations.filter(([, property = "", value = ""]) => SCALED.test(property) && SIZE.test(value)).map(([text]) => text);
}

test("type, spaces and corners come from the tokens", () => {
  const styles = Object.entries(files).filter(([path]) => !path.endsWith("/tokens.css"));
  expect(styles.length).toBeGreaterThan(50);
  const found = styles.flatMap(([path, text]) => {
    const css = path.endsWith(".css") ? text : (/<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? "");
    return hardCoded(css).map((one) => `${path}: ${one}`);
  });
  expect(found).toEqual([]);
});

test("a size of its own is found", () => {
  expect(hardCoded("p { gap: 6px; font: 600 11px/16px var(--sans); margin-top: -6px; width: 6px; padding: 0 var(--s1); }")).toEqual([
    "gap: 6px;", "font: 600 11px/16px var(--sans);", "margin-top: -6px;",
  ]);
});

test("text has four sizes", () => {
  const sizes = [...(files["./tokens.css"] ?? "").matchAll(/--text-\w+: (\d+)px;/g)].map(([, size]) => Number(size));
  expect(sizes).toEqual([12, 14, 16, 20]);
});
