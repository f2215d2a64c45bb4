// The table of leads with their scores, and how many have each grade.
import { el, byId, show } from "./dom.js";
import { state, set, ruleFiles } from "./state.js";

const first = 200; // rows that are shown before people ask for more
const printed = 20; // rows on paper, as the style sheet says
let shown = first;
let results = [];

// showResults shows the results of all leads, or why there are none.
export function showResults(list, failures, error) {
  results = list;
  shown = first;
  show("failures", failures.map((f) => el("li", {}, f.error)), error ? el("li", {}, error) : null);
  showTable();
  showGrades();
}

// rows returns the results to show: those that the filter names, best first.
function rows() {
  const wanted = byId("filter").value.trim().toLowerCase();
  return results
    .filter((r) => !wanted || [r.lead, r.model, r.grade, r.label].some((s) => s?.toLowerCase().includes(wanted)))
    .sort((a, b) => (b.score ?? -Infinity) - (a.score ?? -Infinity));
}

export function showTable() {
  const all = rows();
  show(
    "leads",
    all.slice(0, shown).map((r) =>
      el(
        "tr",
        { "aria-current": r.lead === state.lead ? "true" : null },
        el("th", { scope: "row" }, el("button", { type: "button", class: "link", click: () => set({ lead: r.lead }) }, r.lead)),
        el("td", {}, r.model),
        el("td", { class: "number" }, r.status === "scored" ? r.score : r.status),
        el("td", {}, r.grade ?? ""),
        el("td", {}, r.label ?? ""),
        el("td", {}, r.status === "scored" ? (r.sales_ready ? "yes" : "no") : ""),
      ),
    ),
  );
  byId("on-paper").textContent = `By ${ruleFiles().map((f) => f.name).join(", ")}, as of ${state.asOf}.${all.length > printed ? ` The best ${printed} of ${all.length}.` : ""}`;
  const more = byId("more");
  more.hidden = all.length <= shown;
  more.textContent = `Show ${Math.min(first, all.length - shown)} more of ${all.length}`;
}

// showGrades shows how many leads have each grade, by model and by dimension. A model without
// grades has labels.
function showGrades() {
  const counts = new Map();
  const count = (where, grade, score, ready) => {
    const key = JSON.stringify([where, grade]);
    const c = counts.get(key) ?? { where, grade, leads: 0, ready: 0, best: -Infinity };
    c.leads++;
    c.ready += ready ? 1 : 0;
    c.best = Math.max(c.best, score);
    counts.set(key, c);
  };
  for (const r of results) {
    if (r.status !== "scored") continue;
    count(r.model, r.grade || r.label || "no grade", r.score, r.sales_ready);
    for (const [name, d] of Object.entries(r.dimensions ?? {})) count(`${r.model}, ${name}`, d.grade || "no grade", d.score, r.sales_ready);
  }
  const list = [...counts.values()].sort((a, b) => a.where.localeCompare(b.where) || b.best - a.best);
  const most = Math.max(1, ...list.map((c) => c.leads));
  show(
    "grades",
    list.map((c) => {
      const bar = el("span", { class: "bar", "aria-hidden": "true" });
      bar.style.width = (100 * c.leads) / most + "%";
      return el("li", {}, el("span", { class: "name" }, `${c.where}: ${c.grade}`), el("span", { class: "track" }, bar), el("span", { class: "number" }, `${c.leads} (${c.ready} ready)`));
    }),
  );
}

export function resultsIn() {
  byId("filter").addEventListener("input", showTable);
  byId("more").addEventListener("click", () => {
    shown += first;
    showTable();
  });
}
