// Links that hold all that the page is about, in the part after #, which is sent nowhere.
const most = 16 << 20; // characters of a link that is opened

// pack returns a value as text for a link.
export async function pack(value) {
  const stream = new Blob([JSON.stringify(value)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

// unpack returns the value in a link. It fails if the text is not that of pack, or too long.
export async function unpack(text) {
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).pipeThrough(new TextDecoderStream()).getReader();
  let json = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return JSON.parse(json);
    json += value;
    if (json.length > most) throw new Error("the link holds too much");
  }
}

const isText = (v) => typeof v === "string";
const isFile = (f) => f && isText(f.name) && (isText(f.text) || isText(f.data)) && Object.keys(f).length === 2;

// isInstant says whether a value is a day or an instant, such as 2026-05-31T12:00:00Z.
const isInstant = (v) => isText(v) && /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?$/.test(v) && !Number.isNaN(Date.parse(v.slice(0, 10)));

const areFiles = (v) => Array.isArray(v) && v.every(isFile);
const distinct = (files) => new Set(files.map((f) => f.name)).size === files.length;

// checked returns a state from a link, if it is one: all that is in it may be hostile.
export function checked(s) {
  const { others = [], schema = null, zone = "" } = s ?? {};
  const wrong = !s || !isFile(s.rules) || !isText(s.rules.text) || !areFiles(others) || !others.every((f) => isText(f.text)) || !distinct([s.rules, ...others]) || !(s.old === null || areFiles(s.old)) || !areFiles(s.data) || !(s.mapping === null || isFile(s.mapping)) || !(schema === null || isFile(schema)) || !isText(zone) || !isInstant(s.asOf) || !isText(s.lead);
  if (wrong) throw new Error("the link is not one of this page");
  return { rules: s.rules, others, old: s.old, data: s.data, mapping: s.mapping, schema, zone, asOf: s.asOf, lead: s.lead };
}
