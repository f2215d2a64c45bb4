// One lead: why it has its score, what is nearly so, what would make it sales ready, and
// its score over time.
import uPlot from "uplot";
import { el, byId, show, signed } from "./dom.js";

let chart = null;

// outcome returns a result as people say it.
const outcome = (r) => (r.status === "scored" ? [String(r.score), r.grade, r.label, r.sales_ready && "sales ready"].filter(Boolean).join(", ") : r.status);

// dimensionsOf returns the scores of the dimensions of a result, as people say them.
const dimensionsOf = (r) => Object.entries(r.dimensions ?? {}).map(([name, d]) => `; ${name} ${[String(d.score), d.grade].filter(Boolean).join(", ")}`).join("");

const day = (time) => time.slice(0, 16).replace("T", " ");

// child returns the account of a child: its records, and what kept others from counting.
function child(c) {
  return el(
    "li",
    { class: c.holds ? "holds" : "fails" },
    el("code", {}, c.rule),
    ` counted ${c.count}`,
    c.weight ? `, weighing ${c.weight}` : "",
    c.holds ? "" : ", does not hold",
    c.occurrences?.length ? el("ul", {}, c.occurrences.map((o) => el("li", {}, `${o.entity} ${o.id}${o.time ? ", " + day(o.time) : ""}${o.routes > 1 ? ` ×${o.routes}` : ""}`))) : null,
    near(c),
    c.missing?.length ? el("ul", {}, c.missing.map((m) => el("li", {}, lacks(m)))) : null,
  );
}

// near returns what kept the nearest record of a child from counting.
function near(c) {
  return c.nearest?.length
    ? el("p", { class: "near" }, "nearly: ", c.nearest.map((n) => `${n.entity} ${n.id} has ${n.value || "nothing"} where the rule wants ${n.rule}${n.because ? ` (${n.because})` : ""}`).join("; "))
    : null;
}

// lacks returns why the path of a child led to too few records.
const lacks = (m) => `missing: ${m.count} ${m.entity} (${m.reason}${m.reference ? ", " + m.reference : ""}${m.id ? ", " + m.id : ""})`;

// ledger returns the account of a score as a table.
function ledger(r) {
  return el(
    "table",
    {},
    el("caption", {}, `${r.model}: ${outcome(r)}${dimensionsOf(r)}`),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Points"), el("th", { scope: "col" }, "Condition"), el("th", { scope: "col" }, "Counted"))),
    el(
      "tbody",
      {},
      [...(r.contributions ?? [])].map((c) =>
        el(
          "tr",
          { class: c.score ? "" : "quiet" },
          el("td", { class: "number" }, signed(c.score)),
          el("th", { scope: "row" }, c.condition + (c.row ? ", " + c.row : "")),
          el("td", {}, `${c.multiplier} × ${signed(c.points)}`, el("details", {}, el("summary", {}, "why"), el("ul", {}, (c.children ?? []).map(child)))),
        ),
      ),
      (r.ledger ?? []).filter((l) => l.kind !== "condition").map((l) => el("tr", {}, el("td", { class: "number" }, signed(Number(l.amount))), el("th", { scope: "row" }, l.rule ?? l.kind), el("td", {}, (l.in ?? []).map((p) => p.name || p.kind).join(" / ")))),
    ),
  );
}

// showLead shows the explanations of a lead.
export function showLead(lead, explanations, error) {
  byId("lead-name").textContent = lead || "No lead";
  show(
    "explanation",
    error ? el("p", { class: "wrong" }, error) : null,
    lead ? null : el("p", {}, "Choose a lead in the table."),
    explanations.map((a) => [ledger(a.result), whatIf(a)]).flat(),
  );
}

// parts returns why a decision holds or does not.
const parts = (r) => (r.parts ?? []).filter((p) => p.holds === r.holds).map((p) => `${p.rule}: ${p.is}`).join("; ");

// stage returns the stage of a lead in a block, and why it moved there from the first one.
const stage = (s) =>
  el(
    "li",
    {},
    `${s.stages}: ${s.stage}${s.move ? `, from ${s.move.from}` : ""}${s.move?.then ? `; then ${s.move.then}` : ""}`,
    s.move ? el("ul", {}, s.move.reasons.map((r) => el("li", {}, `${r.stage}: ${r.decision} ${r.holds ? "holds" : "does not hold"}: ${parts(r)}`))) : null,
  );

// given returns what a lead gets by an assignment, and why.
const given = (a) =>
  el(
    "li",
    {},
    `${a.assignment}: ${a.rule ?? a.status}${Object.entries(a.values ?? {}).map(([field, value]) => `, ${field} = ${value}`).join("")}`,
    a.reasons?.length ? el("ul", {}, a.reasons.map((r) => el("li", {}, `${r.rule}: ${r.holds ? "holds" : "does not hold"}${r.children ? "" : ", as its children do not"}${parts(r) ? `: ${parts(r)}` : ""}`))) : null,
  );

// showBlocks shows in which stages a lead is, and who gets it.
export function showBlocks(stages, assigned) {
  const list = (title, items) => (items.length ? [el("h3", {}, title), el("ul", {}, items)] : []);
  show("blocks", list("Stages", stages.map(stage)), list("Assignment", assigned.map(given)));
}

// whatIf returns what would make a lead sales ready.
function whatIf(a) {
  if (a.result.status !== "scored" || a.result.sales_ready || a.sales_ready_at == null) return null;
  return el(
    "div",
    {},
    el("h4", {}, `What would make it sales ready (${a.sales_ready_at} points)`),
    a.what_if?.length ? el("ul", {}, a.what_if.map((way) => el("li", {}, way.map((c) => `${c.condition}: ${c.times ? c.times + " × " : ""}${c.points ?? ""}`).join(", and ")))) : el("p", {}, "No small change would."),
  );
}

// linesOf returns the lines of the chart: the score of each model, and those of its dimensions,
// which are there while the model is active.
function linesOf(first, changes) {
  const dimensions = (r) => [...new Set([r, ...changes.filter((c) => c.model === r.model).map((c) => c.to)].flatMap((o) => Object.keys(o.dimensions ?? {})))];
  const named = (model, name) => (first.length > 1 ? `${model}: ${name}` : name);
  return first.flatMap((r) => [
    { model: r.model, label: first.length > 1 ? r.model : "Score", first: r, value: (o) => o.score },
    ...dimensions(r).map((name) => ({ model: r.model, label: named(r.model, name), first: r, value: (o) => o.dimensions?.[name]?.score, part: true })),
  ]);
}

// valuesAt returns the values of a line at times.
function valuesAt(line, times, changes, seconds) {
  const valueOf = (o) => (o.status === "scored" ? (line.value(o) ?? null) : null);
  let now = valueOf(line.first);
  return times.map((t) => {
    for (const c of changes) if (c.model === line.model && seconds(c.as_of) === t) now = valueOf(c.to);
    return now;
  });
}

// showHistory draws the scores of a lead over time, of each dimension, too, and lists the
// changes.
export function showHistory(from, to, first, changes) {
  chart?.destroy();
  chart = null;
  const host = byId("chart");
  const seconds = (t) => Date.parse(t) / 1000;
  const times = [...new Set([seconds(from), ...changes.map((c) => seconds(c.as_of)), seconds(to)])].sort((a, b) => a - b);
  const lines = linesOf(first, changes);
  const css = getComputedStyle(document.body);
  const color = (name) => css.getPropertyValue(name).trim();
  const colors = ["--accent", "--good", "--bad", "--keyword", "--number"];
  if (lines.length && host.clientWidth) {
    const axis = { stroke: color("--text"), grid: { stroke: color("--line") }, ticks: { stroke: color("--line") } };
    chart = new uPlot(
      {
        width: host.clientWidth,
        height: lines.length > 1 ? 240 : 180,
        axes: [axis, axis],
        legend: { show: lines.length > 1 },
        series: [{}, ...lines.map(({ label, part }, i) => ({ label, stroke: color(colors[i % colors.length]), width: 2, dash: part ? [6, 4] : undefined, paths: uPlot.paths.stepped({ align: 1 }) }))],
      },
      [times, ...lines.map((l) => valuesAt(l, times, changes, seconds))],
      host,
    );
  }
  show("history", changes.map((c) => el("li", {}, `${day(c.as_of)}, ${c.model}: ${outcome(c.from)} → ${outcome(c.to)}`, c.conditions?.length ? ` (${c.conditions.map((x) => `${x.condition} ${x.from} → ${x.to}`).join("; ")})` : "")));
}
