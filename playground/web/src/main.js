// The page: what people change, and what follows from it.
import { el, byId, show, say } from "./dom.js";
import { state, set, listen, ruleFiles } from "./state.js";
import { ask, valuesOf, resultsOf, errorOf } from "./client.js";
import { editorIn, forget, replace, showProblems, showTests, fix, goTo } from "./editor.js";
import { changeOthers, ruleFilesIn, showRuleFiles, switchTo } from "./files.js";
import { examples } from "./examples.js";
import { pack, unpack, checked } from "./share.js";
import { dataIn, showFiles } from "./data.js";
import { recordsIn, showRecords } from "./records.js";
import { resultsIn, showResults, showTable } from "./results.js";
import { showBlocks, showLead, showHistory } from "./lead.js";
import { showComparison } from "./compare.js";
import { tilesIn, showTiles } from "./tiles.js";

const wait = 80; // milliseconds after the last key until the rules are checked, so that problems show within 150
let view;
let generation = 0; // of what is shown; a later change makes what runs stale
let timer = 0;

// fresh says of the page whether its results are those of the rules: "fresh", "stale", or
// "wrong" if the rules have errors, so that no newer results exist.
function mark(what) {
  document.body.dataset.results = what;
  byId("state").textContent = { fresh: "Up to date", stale: "Working…", wrong: "The rules have errors: these are older results" }[what];
}

// today returns the day that leads are scored as of; a link may have a time of that day, too.
const today = () => state.asOf.slice(0, 10);

// dayFrom returns the day that is some days after another.
function dayFrom(day, days) {
  const d = new Date(day + "T00:00:00Z");
  d.setUTCDate(d.getUTCDate() + days);
  return d.toISOString().slice(0, 10);
}

// later runs what follows from a change, once no more come.
function later() {
  mark("stale");
  const mine = ++generation;
  clearTimeout(timer);
  timer = setTimeout(() => update(mine), wait);
}

// update asks for all that the page shows. It stops as soon as something changes.
async function update(mine) {
  const stale = () => mine !== generation;
  const { old, data, mapping, schema, zone } = state;
  const opened = await ask("open", { rules: ruleFiles(), old: (old ?? []).map((f) => ({ ...f, name: "older " + f.name })), data, mapping, schema, zone });
  if (stale()) return;
  if (opened.error) {
    showFindings([], [], opened.error);
    return mark("wrong");
  }
  const check = await ask("check", { advice: true, as_of: state.asOf, quick: true });
  if (stale()) return;
  const problems = valuesOf(check, "problem");
  showProblems(view, problems.filter(isHere));
  showFindings(problems, [], errorOf(check));
  const tiles = await ask("tiles", state.rules);
  if (stale()) return;
  showTiles(tiles);
  if (problems.some((p) => p.severity === "error")) {
    showComparison(null);
    return mark("wrong");
  }
  const scores = await ask("scores", { as_of: state.asOf });
  if (stale()) return;
  const results = resultsOf(scores.value);
  if (!results.some((r) => r.lead === state.lead)) state.lead = results[0]?.lead ?? "";
  showResults(results, scores.value?.failures ?? [], errorOf(scores));
  await showRecords(results, stale);
  if (stale()) return;
  const test = await ask("test");
  if (stale()) return;
  showTestResults(valuesOf(test, "test"));
  await updateLead(stale);
  if (stale()) return;
  showComparison(state.old === null ? null : await ask("diff", { as_of: state.asOf, limit: 100, quick: true }));
  if (stale()) return;
  const whole = await ask("check", { advice: true, as_of: state.asOf }); // last, as it looks at all data
  if (stale()) return;
  showFindings(problems, valuesOf(whole, "finding"), errorOf(whole), whole.notes);
  mark("fresh");
}

// updateLead asks for what is shown of the lead.
async function updateLead(stale) {
  if (!state.lead) {
    showLead("", []);
    showBlocks([], []);
    return showHistory(state.asOf, state.asOf, [], []);
  }
  const why = await ask("explain", { lead: state.lead, as_of: state.asOf, what_if: true, quick: true });
  if (stale()) return;
  showLead(state.lead, valuesOf(why, "explanation"), errorOf(why));
  const from = dayFrom(today(), -180);
  const to = dayFrom(today(), 180);
  const stages = await ask("stages", { leads: [state.lead], as_of: state.asOf, quick: true });
  const assigned = await ask("assign", { leads: [state.lead], as_of: state.asOf, quick: true });
  if (stale()) return;
  showBlocks(valuesOf(stages, "stage"), valuesOf(assigned, "assigned"));
  const history = await ask("history", { lead: state.lead, from, to, quick: true });
  if (!stale()) showHistory(from, to, valuesOf(history, "result"), valuesOf(history, "lead"));
}

// isHere says whether a problem is in the rule file that is shown.
const isHere = (p) => !p.file || p.file === state.rules.name;

// there calls f with the editor and what is in a problem, whose file it shows first.
function there(p, f, what) {
  if (!isHere(p)) switchTo(p.file);
  f(view, what);
}

// about returns a link to what a page of the documentation says of a code.
const about = (page, code) => (code ? [el("a", { href: `docs/${page}.html#${code}`, target: "_blank", "aria-label": `About ${code}` }, code), " "] : null);

// showFindings lists what is wrong or odd, in rules and data.
function showFindings(problems, findings, error, notes) {
  show(
    "problems",
    error ? el("li", { class: "wrong" }, error) : null,
    problems.map((p) =>
      el(
        "li",
        { class: p.severity },
        p.span ? el("button", { type: "button", class: "link", click: () => there(p, goTo, p.span) }, `${state.others.length ? p.file + ", " : ""}line ${p.span.start.line}`) : null,
        ` ${p.severity}: ${p.message} `,
        about(p.severity === "error" ? "diagnostics" : "findings", p.code),
        p.edit ? el("button", { type: "button", class: "fix", click: () => there(p, fix, p) }, "Fix") : null,
      ),
    ),
    findings.map((f) => el("li", { class: f.severity }, `data, ${[f.entity, f.field].filter(Boolean).join(".")}: ${f.summary}${f.help ? "; " + f.help : ""} `, about("audit", f.code))),
    (notes ?? "").split("\n").filter(Boolean).map((n) => el("li", { class: "advice" }, n)),
  );
  if (!byId("problems").children.length) show("problems", el("li", {}, "Nothing is wrong or odd."));
}

// showTestResults shows the tests beside their lines, and those that fail in a list.
function showTestResults(results) {
  showTests(view, results);
  const failed = results.filter((r) => !r.passed);
  byId("tests-summary").textContent = results.length ? `${results.length - failed.length} of ${results.length} tests pass` : "There are no tests";
  show("tests", failed.map((r) => el("li", { class: "wrong" }, `${r.test}: ${[...(r.failures ?? []), r.error].filter(Boolean).join("; ")}`)));
}

// showAsOf shows when leads are scored as of.
function showAsOf() {
  byId("as-of").value = today();
  byId("as-of-time").textContent = state.asOf.slice(11);
}

// start shows what the state has.
function start() {
  showAsOf();
  byId("slider").value = 0;
  byId("slider").dataset.from = today();
  showFiles();
}

// openExample opens an example. Its rules are one change of the text, which can be undone.
function openExample(i) {
  const e = examples[i];
  const [first, ...others] = e.files;
  forget();
  set({ rules: first, others, data: e.data, mapping: null, schema: null, zone: "", asOf: e.asOf, lead: "", old: null });
  start();
}

// openLink opens what a link holds. It reports whether there is something.
async function openLink() {
  const packed = location.hash.match(/^#s=(.+)$/)?.[1];
  if (!packed) return false;
  try {
    const opened = checked(await unpack(packed));
    forget();
    set(opened);
    start();
    return true;
  } catch (e) {
    say(`The link could not be opened: ${e.message}`);
    return false;
  }
}

// controls connects buttons and fields.
function controls() {
  const choice = byId("example");
  choice.append(...examples.map((e, i) => el("option", { value: i }, e.title)));
  choice.addEventListener("change", () => openExample(choice.value));
  byId("format").addEventListener("click", async () => {
    const { name, text } = state.rules;
    const a = await ask("format", { name, text });
    if (a.error) say("The rules have errors, and cannot be formatted");
    else if (text === state.rules.text) replace(view, a.value); // nothing was typed meanwhile
  });
  byId("keep").addEventListener("click", () => {
    set({ old: ruleFiles() });
    say("This version is kept: what you change is compared with it");
  });
  byId("drop").addEventListener("click", () => set({ old: null }));
  byId("print").addEventListener("click", () => print());
  byId("share").addEventListener("click", async () => {
    history.replaceState(null, "", "#s=" + (await pack(state)));
    try {
      await navigator.clipboard.writeText(location.href);
      say("The link was copied");
    } catch {
      say("The link is in the address bar");
    }
  });
  byId("as-of").addEventListener("change", (e) => {
    if (!e.target.value) return;
    byId("slider").value = 0;
    byId("slider").dataset.from = e.target.value;
    set({ asOf: e.target.value });
  });
  byId("slider").addEventListener("input", (e) => set({ asOf: dayFrom(e.target.dataset.from, Number(e.target.value)) }));
}

listen((changed) => {
  if (changed.includes("rules") && view) replace(view, state.rules.text);
  if (changed.includes("rules") || changed.includes("others")) showRuleFiles();
  if (changed.includes("data") || changed.includes("mapping")) showFiles();
  if (changed.includes("asOf")) showAsOf();
  if (changed.length === 1 && changed[0] === "lead") showTable();
  later();
});

view = editorIn(byId("editor"), "Rules", (text) => {
  if (text === state.rules.text) return;
  state.rules = { ...state.rules, text };
  later();
});
Object.defineProperty(byId("editor"), "value", { get: () => view.state.doc.toString() }); // as a textarea has it
ruleFilesIn(view);
tilesIn((text, others) => {
  changeOthers(others);
  replace(view, text);
});
controls();
dataIn();
resultsIn();
recordsIn();
if (!(await openLink())) openExample(0);
addEventListener("hashchange", openLink);
