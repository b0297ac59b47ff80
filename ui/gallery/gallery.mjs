// Shows every scene of the fixtures in a real browser, in every size and theme. It checks each with axe, for overflow and
// for errors, or takes pictures of all.
//
//   npm run gallery                     checks, and lists what is wrong
//   npm run gallery -- --out FOLDER     takes pictures of all sizes and themes too
//   npm run gallery -- … SCENE …        only these scenes
//
// With --where-possible it passes if there is no browser.

import { readFileSync, existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { preview } from "vite";

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const SIZES = [[220, 420], [360, 420], [440, 680], [960, 720]];
const THEMES = [
  { name: "light", media: { colorScheme: "light" } },
  { name: "dark", media: { colorScheme: "dark" } },
  { name: "rtl", media: { colorScheme: "light" } },
  { name: "forced", media: { colorScheme: "light", forcedColors: "active" } },
];
/** What a check without pictures shows: each size once, and each theme. */
const CHECKED = ["light 220", "forced 360", "rtl 440", "light 440", "dark 960"];
/** The pages that are reached by keys, from a scene. */
const STEPS = {
  home: [],
  palette: ["Control+k"],
  filter: ["Control+l"],
  shells: ["Control+Shift+c"],
  help: ["F1"],
  role: ["F2"],
  history: ["Control+h"],
  explain: ["Control+e"],
  keys: ["Control+Shift+k"],
  "add-role": ["Control+n"],
  settings: ["Control+,"],
};
/** Scenes that are shown on every page; the others only at home and on the page of a role. */
const ON_EVERY_PAGE = ["usual", "long"];

const { values, positionals } = parseArgs({
  options: { out: { type: "string" }, "where-possible": { type: "boolean" } },
  allowPositionals: true,
});
const browserPath = BROWSERS.find(existsSync);
if (!browserPath) {
  console.error("No Chromium here: the scenes of the window are not checked with axe. Install the package chromium.");
  process.exit(values["where-possible"] ? 0 : 2);
}
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const server = await preview({ mode: "fixtures", build: { outDir: "dist-fixtures" }, preview: { port: 0, host: "127.0.0.1" }, logLevel: "silent" });
const address = server.resolvedUrls.local[0];
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox", "--disable-gpu"] });
if (values.out) mkdirSync(values.out, { recursive: true });

const scenes = positionals.length > 0 ? positionals : await sceneNames();
const found = [];
let shown = 0;
for (const scene of scenes) {
  for (const [page, keys] of Object.entries(STEPS)) {
    if (!["home", "role"].includes(page) && !ON_EVERY_PAGE.includes(scene)) continue;
    for (const theme of THEMES) {
      for (const size of SIZES) {
        if (values.out || CHECKED.includes(`${theme.name} ${size[0]}`)) await show(scene, page, keys, theme, size);
      }
    }
  }
}
await browser.close();
await server.close();
for (const line of [...new Set(found)]) console.log(line);
console.log(`${shown} pages shown, ${found.length} faults`);
process.exit(found.length > 0 ? 1 : 0);

async function sceneNames() {
  const page = await browser.newPage();
  await page.goto(`${address}?fixture=empty`);
  await page.waitForFunction(() => Array.isArray(globalThis.sceneNames));
  const names = await page.evaluate(() => globalThis.sceneNames);
  await page.close();
  if (names.length < 10) throw new Error(`only ${names.length} scenes`);
  return names.filter((name) => name !== "huge");
}

/** With forced colours, the selection and the colours of accounts are still seen. */
async function checkForced(page, place) {
  const seen = await page.evaluate(() => {
    const row = document.querySelector(".row.selected");
    const dots = [...document.querySelectorAll("i.red, i.orange, i.green, i.blue, i.purple, i.grey")];
    return {
      selection: !row || getComputedStyle(row).outlineStyle !== "none",
      dots: dots.every((dot) => getComputedStyle(dot).forcedColorAdjust === "none"),
    };
  });
  for (const [name, is] of Object.entries(seen)) if (!is) found.push(`${place}: the ${name} cannot be seen`);
}

async function show(scene, step, keys, theme, [width, height]) {
  const place = `${scene}/${step} ${theme.name} ${width}×${height}`;
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce", bypassCSP: true, ...theme.media });
  const page = await context.newPage();
  page.on("pageerror", (error) => found.push(`${place}: ${error.message}`));
  page.on("console", (message) => message.type() === "error" && found.push(`${place}: ${message.text()}`));
  await page.route("**/favicon.ico", (route) => route.fulfill({ status: 204 }));
  await page.goto(`${address}?fixture=${scene}`);
  await page.waitForSelector("main");
  if (theme.name === "rtl") await page.evaluate(() => (document.documentElement.dir = "rtl"));
  for (const key of keys) await page.keyboard.press(key);
  await page.waitForTimeout(50);
  if (values.out) await page.screenshot({ path: join(values.out, `${scene}-${step}-${theme.name}-${width}.png`) });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (over > 0) found.push(`${place}: ${over} pixels wider than the window`);
  // axe computes contrasts from the page's own colours.
  if (theme.name !== "forced") {
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"], rules: { "label-content-name-mismatch": { enabled: true } } }));
    for (const one of violations) found.push(`${place}: ${one.id}: ${one.help}: ${one.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`);
  }
  if (theme.name === "forced" && step === "home") await checkForced(page, place);
  shown += 1;
  await context.close();
}
