import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { budget } from "./budget.ts";

// The policy the desktop shell serves the window under; the previews keep to it, so that a violation shows early.
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src ipc: http://ipc.localhost",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

export default defineConfig(({ mode }) => ({
  base: "./",
  plugins: [svelte(), budget()],
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  server: { port: 5173, strictPort: true },
  preview: { headers: { "Content-Security-Policy": contentSecurityPolicy } },
  build: {
    target: "safari16",
    // A data: URI would need a wider policy.
    assetsInlineLimit: 0,
    modulePreload: false,
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.ts"],
    css: true,
    restoreMocks: true,
    env: { TZ: "UTC" },
  },
}));
