import { describe, expect, test } from "vitest";
import css from "./tokens.css?raw";

const [light = "", dark = ""] = css.split("@media (prefers-color-scheme: dark)");
const TEXT = 4.5;
const SHAPE = 3;
/** For text that warns. */
const WARNING = 7;

const pairs: [string, string, number][] = [
  ...["paper", "raised", "sunken", "accent-soft"].flatMap((ground): [string, string, number][] =>
    ["ink", "ink-2", "ink-3", "accent"].map((ink) => [ink, ground, TEXT]),
  ),
  ...["paper", "raised", "accent-soft", "warn-soft"].map((ground): [string, string, number] => ["warn", ground, TEXT]),
  ...["paper", "raised", "accent-soft", "danger-soft"].map((ground): [string, string, number] => ["danger", ground, TEXT]),
  ...["warn", "danger"].flatMap((kind): [string, string, number][] =>
    ["paper", "raised", `${kind}-soft`].map((ground) => [kind, ground, WARNING]),
  ),
  ["ink", "warn-soft", WARNING],
  ["ink-2", "warn-soft", TEXT],
  ["ink", "danger-soft", WARNING],
  ["ink-2", "danger-soft", TEXT],
  ["on-accent", "accent", TEXT],
  ["on-accent", "accent-strong", TEXT],
  ["paper", "danger", TEXT],
  ["edge", "paper", SHAPE],
  ["edge", "raised", SHAPE],
  ["accent", "paper", SHAPE],
  ...["red", "orange", "green", "blue", "purple", "grey"].flatMap((mark): [string, string, number][] =>
    ["paper", "raised", "sunken", "accent-soft"].map((ground) => [`mark-${mark}`, ground, SHAPE]),
  ),
];

describe.each([
  ["light", light],
  ["dark", dark],
])("%s", (_, theme) => {
  test.each(pairs)("%s on %s has a contrast of at least %d", (ink, ground, least) => {
    expect(contrast(colour(theme, ink), colour(theme, ground))).toBeGreaterThanOrEqual(least);
  });
});

function colour(theme: string, token: string): string {
  const value = new RegExp(`--${token}: (#[0-9a-f]{6});`).exec(theme)?.[1];
  if (!value) throw new Error(`no token ${token}`);
  return value;
}

/** The contrast ratio of WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio. */
function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
