// Makes dist/extension.js, the extension with all that it needs in one file: npm ci && npm run build.
const { build } = require("esbuild");
const { existsSync, readFileSync, readdirSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

async function main() {
  const { metafile } = await build({
    entryPoints: ["src/extension.js"],
    outfile: "dist/extension.js",
    bundle: true,
    minify: true,
    platform: "node",
    format: "cjs",
    target: "node18",
    external: ["vscode"], // which the editor has
    metafile: true,
    legalComments: "none", // licences.txt has them
  });
  const packages = new Set();
  for (const file of Object.keys(metafile.inputs)) {
    const match = file.match(/^node_modules\/(@[^/]+\/)?[^/]+(\/node_modules\/(@[^/]+\/)?[^/]+)*/);
    if (match) packages.add(match[0]);
  }
  let licences = "The extension contains these packages.\n";
  for (const dir of [...packages].sort()) {
    if (!existsSync(join(dir, "package.json"))) continue;
    const { name, version, license } = JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
    const file = readdirSync(dir).find((f) => /^licen[cs]e/i.test(f));
    licences += `\n== ${name} ${version}\n\n${file ? readFileSync(join(dir, file), "utf8").trim() : license}\n`;
  }
  writeFileSync("dist/licences.txt", licences);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
