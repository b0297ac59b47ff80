// What the window may weigh: all of it is read and parsed before the first row is shown.

import type { Plugin } from "vite";

/** The most bytes that the files of a kind have together. Other kinds of files are not shipped. */
const BUDGET: Record<string, number> = { html: 1_000, js: 320_000, css: 64_000, woff2: 60_000 };

/** Returns what outgrew its budget, as sentences. */
export function overBudget(sizes: Record<string, number>): string[] {
  const sums = new Map<string, number>();
  for (const [name, size] of Object.entries(sizes)) {
    const kind = name.slice(name.lastIndexOf(".") + 1);
    sums.set(kind, (sums.get(kind) ?? 0) + size);
  }
  const over = [...sums].filter(([kind, size]) => size > (BUDGET[kind] ?? 0));
  return over.map(([kind, size]) => `The window's ${kind} has ${size} bytes, and may have ${BUDGET[kind] ?? 0}.`);
}

/** Fails a build whose files outgrew their budget. */
export function budget(): Plugin {
  return {
    name: "budget",
    apply: (_, { command, mode }) => command === "build" && mode === "production",
    generateBundle(_, bundle) {
      const files = Object.values(bundle);
      const sizes = files.map((file) => [file.fileName, file.type === "chunk" ? Buffer.byteLength(file.code) : Buffer.byteLength(file.source)]);
      const over = overBudget(Object.fromEntries(sizes));
      if (over.length > 0) this.error(over.join("\n"));
    },
  };
}
