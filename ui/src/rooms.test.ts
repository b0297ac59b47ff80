import { expect, test } from "vitest";

/** The rooms of the window in order: a file uses its own room and the ones before it. */
const ROOMS = [
  "style", "model", "state", "shown",
  "ask", "connect", "denial", "history", "mini", "prompt", "keys", "role", "home", "settings", "aws",
  "frame",
];
/** What the model uses of later rooms: types that are generated from Rust, which hold no state. */
const GENERATED = ["state/types", "state/calls"];
/** Fixtures are loaded by the bridge, and never shipped. */
const FIXTURES = "fixture";

const files = import.meta.glob<string>("./**/*.{ts,svelte}", { query: "?raw", import: "default", eager: true });
const uses = Object.entries(files)
  .filter(([path]) => !path.endsWith(".test.ts"))
  .map(([path, text]) => ({ path: path.slice(2), used: importsOf(path.slice(2), text) }))
  .filter(({ path }) => roomOf(path) !== FIXTURES);

test("every file is in a room", () => {
  const lost = uses.map(({ path }) => path).filter((path) => path !== "main.ts" && !ROOMS.includes(roomOf(path)));
  expect(lost).toEqual([]);
});

test("a file uses its own room and the ones before it", () => {
  const wrong = uses.flatMap(({ path, used }) => used.filter((one) => !isAllowed(path, one)).map((one) => `${path} uses ${one}`));
  expect(wrong).toEqual([]);
});

test("only the bridge loads fixtures", () => {
  const loading = uses.filter(({ used }) => used.some((one) => roomOf(one) === FIXTURES));
  expect(loading.map(({ path }) => path)).toEqual(["state/bridge.ts"]);
});

function isAllowed(path: string, used: string): boolean {
  if (path === "main.ts" || roomOf(used) === FIXTURES) return true;
  if (roomOf(path) === "model" && GENERATED.includes(used)) return true;
  return ROOMS.indexOf(roomOf(used)) <= ROOMS.indexOf(roomOf(path));
}

function roomOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : "";
}

/** Returns the files that a file imports, from the folder of sources on. */
function importsOf(path: string, text: string): string[] {
  const folder = new URL(path, "file:///");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, name]) => new URL(name ?? "", folder).pathname.slice(1));
}
