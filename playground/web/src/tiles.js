// The rules as tiles. Each gesture is an edit of the text, which the library makes.
import Sortable from "sortablejs";
import { el, byId, say } from "./dom.js";
import { state } from "./state.js";
import { ask } from "./client.js";

let write = () => {};
let current = ""; // the text that the tiles show

// tilesIn connects the tiles with the text: change gives that another text, and other
// rule files, too.
export function tilesIn(change) {
  write = change;
}

// gesture makes an edit of the text. Edits of tiles that are older than the text are refused.
async function gesture(g) {
  if (current !== state.rules.text) return say("The tiles are older than the text: try again");
  const a = await ask("edit", { name: state.rules.name, text: current, others: state.others, gesture: g });
  if (a.error) {
    say(a.error);
    return redraw();
  }
  if (current === state.rules.text) write(a.value.text, a.value.others ?? []);
}

let last = null;
const redraw = () => last && draw(last);

// showTiles shows the answer of tiles. While the text has errors the tiles stay as they
// were, and cannot be changed.
export function showTiles(answer) {
  const wrong = Boolean(answer.error);
  byId("tiles-error").textContent = wrong ? "The text has errors: correct them to go on with tiles." : "";
  byId("tiles").inert = wrong;
  if (wrong) return;
  current = answer.value.text;
  last = answer.value;
  draw(last);
}

// draw draws tiles, and gives the focus back to the field that had it.
function draw(value) {
  const focused = byId("tiles").contains(document.activeElement) ? document.activeElement.dataset.key : null;
  byId("tiles").replaceChildren(...value.models.map(model));
  if (focused) byId("tiles").querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

// field returns a field whose new value is a gesture.
function field(kind, at, value, label, more = {}) {
  return el("input", {
    ...more,
    value,
    "aria-label": label,
    "data-key": `${kind} ${more.key ?? at}`,
    change: (e) => e.target.value !== value && gesture({ kind, at, index: more.index, value: e.target.value }),
  });
}

const button = (text, label, click) => el("button", { type: "button", "aria-label": label, title: label, click }, text);

// arrange returns the buttons that move and remove a tile.
function arrange(c, i, all) {
  return [
    i > 0 ? button("↑", `Move ${c.name} up`, () => gesture({ kind: "move", at: c.at, to: all[i - 1].at })) : null,
    i < all.length - 1 ? button("↓", `Move ${c.name} down`, () => gesture({ kind: "move", at: all[i + 1].at, to: c.at })) : null,
    button("✕", `Remove ${c.name}`, () => gesture({ kind: "remove", at: c.at })),
  ];
}

// child returns a child of a condition: how often, what, when, and on which conditions.
function child(c) {
  const of = `of ${c.text}`;
  return el(
    "li",
    {},
    el(
      "div",
      { class: "parts" },
      field("frequency", c.at, c.frequency, `How often, ${of}`, { class: "frequency" }),
      el("code", {}, c.path),
      field("range", c.at, c.range ?? "", `Date range ${of}`, { class: "range", placeholder: "at any time" }),
      (c.where ?? []).map((w, index) => field("expression", c.at, w, `Expression ${index + 1} ${of}`, { class: "where", index, key: `${c.at} ${index}` })),
      field("expression", c.at, "", `Another expression ${of}`, { class: "where", index: (c.where ?? []).length, placeholder: "another expression", key: `${c.at} new` }),
      c.rest ? el("code", {}, c.rest) : null,
    ),
    button("✕", `Remove ${c.text}`, () => gesture({ kind: "remove", at: c.at })),
  );
}

// item returns an item of a condition: a child, or a block of others.
function item(i) {
  if (i.kind === "child") return child(i);
  return el("li", {}, el("div", { class: "parts tile group" }, el("strong", {}, i.text), el("ul", { class: "items" }, i.items.map(item))));
}

// lines returns the lines from the items of a condition to its action.
function lines(n) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 100 100");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  for (let i = 0; i < n; i++) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    const y = (100 * (i + 0.5)) / n;
    path.setAttribute("d", `M0 ${y} C60 ${y} 40 50 100 50`);
    path.setAttribute("vector-effect", "non-scaling-stroke");
    svg.append(path);
  }
  return svg;
}

function condition(c, i, all) {
  return el(
    "div",
    { class: "tile condition", "data-at": c.at },
    el("div", { class: "head" }, el("span", { class: "grip", "aria-hidden": "true" }, "⠿"), field("name", c.at, c.name, `Name of the condition ${c.name}`, { class: "name" }), arrange(c, i, all)),
    el(
      "div",
      { class: "flow" },
      el("ul", { class: "items" }, c.items.map(item)),
      lines(c.items.length),
      el("label", { class: "action" }, "score ", field("points", c.at, c.points, `Points of ${c.name}`, { class: "points", inputmode: "numeric" }), c.bound ? ` ${c.bound}` : ""),
    ),
    button("+ child", `Add a child to ${c.name}`, () => gesture({ kind: "add child", at: c.at, value: "has Lead" })),
  );
}

// holder returns a tile that holds others: a group, a dimension or tiers.
function holder(c, i, all) {
  return el(
    "div",
    { class: "tile group", "data-at": c.at },
    el("div", { class: "head" }, el("span", { class: "grip", "aria-hidden": "true" }, "⠿"), el("span", {}, c.kind), field("name", c.at, c.name, `Name of ${c.kind} ${c.name}`, { class: "name" }), arrange(c, i, all)),
    c.kind === "first of" ? null : field("limit", c.at, c.limit ?? "", `Limit of ${c.name}`, { class: "limit", placeholder: "no limit" }),
    clauses(c.clauses, c.at),
    button(c.kind === "first of" ? "+ tier" : "+ condition", `Add a condition to ${c.name}`, () => gesture({ kind: "add", at: c.at, value: "New condition" })),
  );
}

function clause(c, i, all) {
  if (c.kind === "condition") return condition(c, i, all);
  if (c.clauses) return holder(c, i, all);
  return el("div", { class: "tile other", "data-at": c.at }, el("code", {}, c.text));
}

// clauses returns tiles that can be dragged among each other.
function clauses(list) {
  const movable = list.filter((c) => c.name);
  const host = el("div", { class: "clauses" }, list.map((c) => clause(c, movable.indexOf(c), movable)));
  Sortable.create(host, {
    handle: ".grip",
    draggable: "[data-at]",
    filter: ".other",
    onEnd({ item, oldIndex, newIndex }) {
      if (oldIndex === newIndex) return;
      const next = item.nextElementSibling;
      gesture({ kind: "move", at: Number(item.dataset.at), to: next ? Number(next.dataset.at) : -1 });
    },
  });
  return host;
}

function model(m) {
  return el(
    "div",
    { class: "model" },
    el("h3", {}, field("name", m.at, m.name, `Name of the model ${m.name}`, { class: "name" })),
    field("limit", m.at, m.limit ?? "", `Limit of ${m.name}`, { class: "limit", placeholder: "no limit" }),
    clauses(m.clauses),
    button("+ condition", `Add a condition to ${m.name}`, () => gesture({ kind: "add", at: m.at, value: "New condition" })),
  );
}
