// Data and rules that people drop on the page or choose.
import { el, byId, show, say } from "./dom.js";
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

// take takes files: a rule file becomes the rules, a file whose name begins with mapping the
// mapping, and others replace the data.
export async function take(files) {
  const changes = {};
  const data = [];
  for (const f of files) {
    const file = await fileOf(f, f.name);
    if (/\.score$/i.test(f.name) && file.text != null) changes.rules = file;
    else if (/^mapping.*\.json$/i.test(f.name)) changes.mapping = file;
    else data.push(file);
  }
  if (data.length > 0) {
    changes.data = data;
    if (!changes.mapping) changes.mapping = null;
  }
  set(changes);
  say(`${files.length} files were opened`);
}

// dataIn lets people drop files anywhere on the page, or choose them.
export function dataIn() {
  addEventListener("dragover", (e) => e.dataTransfer.types.includes("Files") && e.preventDefault());
  addEventListener("drop", (e) => {
    if (!e.dataTransfer.files.length) return;
    e.preventDefault();
    take([...e.dataTransfer.files]);
  });
  byId("files").addEventListener("change", (e) => take([...e.target.files]));
}

// showFiles lists the files of the data.
export function showFiles() {
  const files = [...state.data, ...(state.mapping ? [state.mapping] : [])];
  show("datafiles", files.length ? files.map((f) => el("li", {}, f.name)) : el("li", {}, "no data: drop CSV, NDJSON or JSON files here"));
}
