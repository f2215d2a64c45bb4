// Data and rules that people drop on the page or choose.
import { el, byId, show, say } from "./dom.js";
import { forget } from "./editor.js";
import { state, set } from "./state.js";

// fileOf reads a file: as text if it is UTF-8, and otherwise as bytes.
async function fileOf(file, name) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  try {
    return { name, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    let text = "";
    for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
    return { name, data: btoa(text) };
  }
}

const base = (name) => name.slice(name.lastIndexOf("/") + 1);

// projectIn returns what a project file says of the files beside it, or {}.
function projectIn(files) {
  const file = files.find((f) => f.name === "leadscore.json");
  if (!file) return {};
  try {
    const text = (v) => (typeof v === "string" ? v : "");
    const { schema, mapping, zone } = JSON.parse(file.text);
    return { schema: base(text(schema)), mapping: base(text(mapping)), zone: text(zone) };
  } catch {
    say("leadscore.json is not a project file: it is left out");
    return {};
  }
}

// take takes files: rule files replace the rules, a file whose name begins with mapping is the
// mapping, leadscore.json says what else they are, and others replace the data.
export async function take(files) {
  const read = await Promise.all(files.map((f) => fileOf(f, f.name)));
  const changes = {};
  const data = [];
  const rules = [];
  say(`${files.length} files were opened`);
  const project = projectIn(read);
  for (const file of read) {
    if (file.name === project.schema) changes.schema = file;
    else if (/\.score$/i.test(file.name) && file.text != null) rules.push(file);
    else if (file.name === project.mapping || /^mapping.*\.json$/i.test(file.name)) changes.mapping = file;
    else if (file.name !== "leadscore.json") data.push(file);
  }
  if (rules.length > 0) {
    const [first, ...others] = rules.sort((a, b) => (a.name < b.name ? -1 : 1));
    forget();
    Object.assign(changes, { rules: first, others, schema: changes.schema ?? null, zone: project.zone ?? "" });
  }
  if (data.length > 0) {
    changes.data = data;
    if (!changes.mapping) changes.mapping = null;
  }
  set(changes);
}

// within returns the files of a folder that was dropped, and of those in it.
async function within(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const files = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return files.filter((f) => /\.(score|csv|tsv|json|ndjson)(\.gz)?$/i.test(f.name));
    for (const e of some) if (!e.name.startsWith(".")) files.push(...(await within(e)));
  }
}

// dataIn lets people drop files and folders anywhere on the page, or choose files.
export function dataIn() {
  addEventListener("dragover", (e) => e.dataTransfer.types.includes("Files") && e.preventDefault());
  addEventListener("drop", async (e) => {
    if (!e.dataTransfer.files.length) return;
    e.preventDefault();
    const files = [...e.dataTransfer.files];
    const entries = [...e.dataTransfer.items].map((i) => i.webkitGetAsEntry?.()).filter(Boolean);
    take(entries.some((f) => f.isDirectory) ? (await Promise.all(entries.map(within))).flat() : files);
  });
  byId("files").addEventListener("change", (e) => take([...e.target.files]));
}

// showFiles lists the files of the data.
export function showFiles() {
  const files = [...state.data, ...[state.mapping, state.schema].filter(Boolean)];
  show("datafiles", files.length ? files.map((f) => el("li", {}, f.name)) : el("li", {}, "no data: drop CSV, NDJSON or JSON files here"));
}
