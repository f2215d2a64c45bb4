// Makes dist from src: npm ci && npm run build. The test in this folder says whether dist is
// what src makes.
import { build } from "esbuild";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const dist = process.argv[2] ?? "dist"; // where to, for a test
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const { metafile } = await build({
  entryPoints: ["src/main.js", "src/worker.js"],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  outdir: dist,
  metafile: true,
  legalComments: "none", // licences.txt has them
  external: ["./wasm_exec.js"],
  loader: { ".score": "text", ".csv": "text" },
});
copyFileSync("src/index.html", join(dist, "index.html"));
writeFileSync(join(dist, "style.css"), readFileSync("node_modules/uplot/dist/uPlot.min.css", "utf8") + "\n" + readFileSync("src/style.css", "utf8"));

// The licences of the packages that are in the bundle.
const packages = new Set(["node_modules/uplot"]);
for (const file of Object.keys(metafile.inputs)) {
  const match = file.match(/^node_modules\/(@[^/]+\/)?[^/]+/);
  if (match) packages.add(match[0]);
}
let licences = "The page contains these packages.\n";
for (const dir of [...packages].sort()) {
  const { name, version } = JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
  const file = readdirSync(dir).find((f) => /^licen[cs]e/i.test(f));
  licences += `\n== ${name} ${version}\n\n${file ? readFileSync(join(dir, file), "utf8").trim() : "MIT"}\n`;
}
writeFileSync(join(dist, "licences.txt"), licences);
