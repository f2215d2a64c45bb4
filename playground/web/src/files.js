// The rule files: which one is shown, and which others are compiled with it.
import { el, byId, show, say } from "./dom.js";
import { state, set, ruleFiles } from "./state.js";
import { changeOther, forget, showFile } from "./editor.js";

let view;

// ruleFilesIn connects the list of rule files with the editor.
export function ruleFilesIn(editor) {
  view = editor;
}

// switchTo shows another rule file.
export function switchTo(name) {
  const to = state.others.find((f) => f.name === name);
  if (!to) return;
  const from = state.rules;
  showFile(view, from.name, to);
  set({ rules: to, others: [...state.others.filter((f) => f !== to), from] });
}

// changeOthers gives rule files that are not shown other texts.
export function changeOthers(files) {
  files.forEach(changeOther);
  set({ others: state.others.map((f) => files.find((g) => g.name === f.name) ?? f) });
}

// free returns a name that no rule file has.
function free() {
  for (let n = 1; ; n++) {
    const name = `rules-${n}.score`;
    if (!ruleFiles().some((f) => f.name === name)) return name;
  }
}

// add adds a rule file, and shows it.
function add() {
  const name = free();
  state.others = [...state.others, { name, text: "" }];
  switchTo(name);
  byId("file-name").select();
}

// remove removes the rule file that is shown.
function remove() {
  const { name } = state.rules;
  switchTo(ruleFiles().find((f) => f.name !== name).name);
  forget(name);
  set({ others: state.others.filter((f) => f.name !== name) });
  say(`${name} was removed`);
}

// rename gives the rule file that is shown another name.
function rename(e) {
  const name = e.target.value.trim();
  if (!name || state.others.some((f) => f.name === name)) {
    say(name ? `There is another file ${name}` : "A file needs a name");
    return showRuleFiles();
  }
  set({ rules: { ...state.rules, name } });
}

// showRuleFiles lists the rule files, with what can be done with them.
export function showRuleFiles() {
  const { name } = state.rules;
  show(
    "rulefiles",
    ruleFiles().map((f) =>
      f.name === name
        ? el("input", { id: "file-name", value: name, "aria-label": "Name of the rule file that is shown", change: rename })
        : el("button", { type: "button", click: () => switchTo(f.name) }, f.name),
    ),
    el("button", { type: "button", click: add }, "+ file"),
    state.others.length ? el("button", { type: "button", "aria-label": `Remove ${name}`, title: `Remove ${name}`, click: remove }, "✕") : null,
  );
}
