// Builds ../src/web/static: hashed styles, scripts and font, manifest.json (name → hashed name), icons.json (drawings).
import { build } from "esbuild";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../src/web/static");

async function bundle() {
  const result = await build({
    absWorkingDir: here,
    entryPoints: { app: "src/app.js", style: "src/app.css" },
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2021", "chrome100", "firefox100", "safari15"],
    loader: { ".woff2": "file" },
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    publicPath: "/static",
    outdir: target,
    metafile: true,
    logLevel: "warning",
  });
  const files = {};
  for (const [path, output] of Object.entries(result.metafile.outputs)) {
    if (output.entryPoint) files[basename(output.entryPoint)] = basename(path);
  }
  return files;
}

async function drawIcons() {
  const names = JSON.parse(await readFile(join(here, "icons.json"), "utf8"));
  const drawings = {};
  for (const name of names) {
    const svg = await readFile(join(here, "node_modules/lucide-static/icons", `${name}.svg`), "utf8");
    const [, content] = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(svg);
    drawings[name] = content.replace(/\s*\n\s*/g, "").trim();
  }
  return drawings;
}

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
const [files, drawings] = await Promise.all([bundle(), drawIcons()]);
await writeFile(join(target, "manifest.json"), JSON.stringify(files, null, 2));
await writeFile(join(target, "icons.json"), JSON.stringify(drawings));
