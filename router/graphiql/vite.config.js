import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig } from "vite";

/** Leaves a `.gz` beside every asset: the binary embeds and serves only those. */
function gzipAssets() {
  return {
    name: "gzip-assets",
    apply: "build",
    writeBundle({ dir }, bundle) {
      for (const name of Object.keys(bundle).filter((name) => name.startsWith("graphiql/"))) {
        const path = join(dir, name);
        writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  // Relative addresses keep the page working behind a proxy that adds a path prefix.
  base: "./",
  build: {
    assetsDir: "graphiql",
    chunkSizeWarningLimit: 4096,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    sourcemap: false,
    target: "es2022",
  },
  logLevel: "error",
  plugins: [gzipAssets()],
  worker: { format: "es" },
});
