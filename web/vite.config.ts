import { readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Writes the worker that keeps the app's own files for a phone without a line: it never touches the API. */
function offlineShell(): Plugin {
  return {
    name: "offline-shell",
    apply: "build",
    generateBundle(_options, bundle) {
      const files = Object.keys(bundle).filter((name) => /\.(js|css|html|svg)$/.test(name));
      const source = readFileSync("src/offline-shell.js", "utf8");
      const names = Object.values(bundle).map((it) => it.fileName);
      const version = names.sort().join("|");
      this.emitFile({
        type: "asset",
        fileName: "offline-shell.js",
        source: source
          .replace('"FILES"', JSON.stringify(files.filter((name) => name !== "index.html")))
          .replace("VERSION", hash(version)),
      });
    },
  };
}

function hash(text: string): string {
  let value = 5381;
  for (const letter of text) value = ((value * 33) ^ letter.charCodeAt(0)) >>> 0;
  return value.toString(36);
}

export default defineConfig({
  base: process.env.WEB_BASE ?? "/app/",
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
  plugins: [offlineShell()],
  test: { environment: "node", include: ["tests/**/*.test.ts"] },
});
