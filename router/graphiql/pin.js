/**
 * Writes the integrity hashes of fallback.html: each is computed from the file
 * in the npm package that the CDN address names, not from what the CDN sends.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PAGE = new URL("fallback.html", import.meta.url);
const PINNED = /https:\/\/cdn\.jsdelivr\.net\/npm\/([^@"]+@[^/"]+)\/([^"]+)"\s+integrity="([^"]*)"/g;

function integrityOf(spec, path) {
  const dir = mkdtempSync(join(tmpdir(), "pin-"));
  try {
    const archive = execFileSync("npm", ["pack", spec, "--silent"], { cwd: dir, encoding: "utf8" });
    execFileSync("tar", ["xzf", archive.trim()], { cwd: dir });
    const file = readFileSync(join(dir, "package", path));
    return `sha384-${createHash("sha384").update(file).digest("base64")}`;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const page = readFileSync(PAGE, "utf8");
writeFileSync(
  PAGE,
  page.replace(PINNED, (text, spec, path, old) => text.replace(`"${old}"`, `"${integrityOf(spec, path)}"`)),
);
