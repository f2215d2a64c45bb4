// The editor of the rules. It is in a shadow root, so that its style sheets need no
// exception from the policy of the page.
import { EditorView, keymap, lineNumbers, highlightActiveLine, drawSelection, gutter, GutterMarker } from "@codemirror/view";
import { EditorState, StateEffect, StateField, RangeSet, Transaction } from "@codemirror/state";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { setDiagnostics, lintGutter, lintKeymap } from "@codemirror/lint";
import { bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { assist } from "./assist.js";
import { language, style } from "./language.js";

const setTests = StateEffect.define();

// A mark beside a test says whether it passed.
class TestMark extends GutterMarker {
  constructor(passed, text) {
    super();
    Object.assign(this, { passed, text });
  }
  eq(other) {
    return other.passed === this.passed && other.text === this.text;
  }
  toDOM() {
    const e = document.createElement("span");
    e.className = this.passed ? "passed" : "failed";
    e.textContent = this.passed ? "✓" : "✗";
    e.title = this.text;
    e.setAttribute("role", "img");
    e.setAttribute("aria-label", this.text);
    return e;
  }
}

const tests = StateField.define({
  create: () => RangeSet.empty,
  update(marks, tr) {
    marks = marks.map(tr.changes);
    for (const e of tr.effects) if (e.is(setTests)) marks = e.value;
    return marks;
  },
});

const theme = EditorView.theme({
  "&": { height: "100%", fontSize: "14px", backgroundColor: "var(--field)", color: "var(--text)" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5" },
  ".cm-gutters": { backgroundColor: "var(--panel)", color: "var(--quiet)", border: "none" },
  ".cm-activeLine": { backgroundColor: "var(--active)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-selectionBackground, &.cm-focused .cm-selectionBackground": { backgroundColor: "var(--selection) !important" },
  ".cm-tooltip": { backgroundColor: "var(--panel)", color: "var(--text)", border: "1px solid var(--line)" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono) !important", maxWidth: "min(40rem, 90vw)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--selection) !important", color: "var(--text) !important" },
  ".cm-completionDetail": { color: "var(--quiet)", fontStyle: "normal" },
  ".doc": { maxWidth: "34rem", maxHeight: "20rem", overflow: "auto", padding: ".3rem .6rem" },
  ".doc p": { margin: ".3rem 0" },
  ".doc pre": { margin: ".3rem 0", whiteSpace: "pre-wrap" },
  ".doc a": { color: "var(--accent)" },
  ".cm-collapsedLines": { background: "var(--active) !important", color: "var(--text) !important" },
  ".cm-tests": { width: "1.2em" },
  ".passed": { color: "var(--good)" },
  ".failed": { color: "var(--bad)", fontWeight: "bold" },
});

// extensions are those of an editor of rules; others are added.
export const extensions = [lineNumbers(), drawSelection(), bracketMatching(), language, syntaxHighlighting(style), theme];

// rootOf gives an element a shadow root with a place for an editor.
export function rootOf(host) {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  root.replaceChildren();
  const place = document.createElement("div");
  place.style.height = "100%";
  root.append(place);
  return { root, place };
}

// shownWith returns the state of an editor of rules with a text, and without a history.
let shownWith;

// editorIn makes the editor of rules in an element. changed is called with each new text.
export function editorIn(host, label, changed) {
  const { root, place } = rootOf(host);
  shownWith = (doc) =>
    EditorState.create({
      doc,
      extensions: [
        history(),
        lintGutter(),
        tests,
        gutter({ class: "cm-tests", markers: (v) => v.state.field(tests) }),
        highlightActiveLine(),
        assist,
        keymap.of([...lintKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab]),
        extensions,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label }),
        EditorView.updateListener.of((u) => u.docChanged && changed(u.state.doc.toString())),
      ],
    });
  return new EditorView({ root, parent: place, state: shownWith("") });
}

let kept = new Map(); // the states of the rule files that are not shown, by name

// showFile shows another rule file, with the history that it had when it was shown before.
export function showFile(view, from, to) {
  if (from) kept.set(from, view.state);
  const state = kept.get(to.name);
  kept.delete(to.name);
  view.setState(state?.doc.toString() === to.text ? state : shownWith(to.text));
}

// changeOther gives a rule file that is not shown another text, which can be undone there.
export function changeOther({ name, text }) {
  const state = kept.get(name);
  if (state) kept.set(name, state.update({ changes: { from: 0, to: state.doc.length, insert: text }, userEvent: "input" }).state); // an event of its own, to undo
}

// forget forgets the history of a rule file that is not shown, or of all of them.
export function forget(name) {
  if (name == null) kept = new Map();
  else kept.delete(name);
}

// replace gives an editor another text, as one change that is as short as possible, so
// that the cursor and what is folded stay. It can be undone.
export function replace(view, text, forget = false) {
  const old = view.state.doc.toString();
  if (old === text) return;
  let from = 0;
  while (from < old.length && from < text.length && old[from] === text[from]) from++;
  let end = 0;
  while (end < old.length - from && end < text.length - from && old[old.length - 1 - end] === text[text.length - 1 - end]) end++;
  view.dispatch({
    changes: { from, to: old.length - end, insert: text.slice(from, text.length - end) },
    annotations: forget ? Transaction.addToHistory.of(false) : [],
    userEvent: "input",
  });
}

// offset returns the offset in a document of a place in a diagnostic, whose columns count
// code points.
function offset(doc, place) {
  const line = doc.line(Math.min(place.line, doc.lines));
  let at = 0;
  for (const c of line.text) {
    if (--place.column < 1) break;
    at += c.length;
  }
  return line.from + Math.min(at, line.length);
}

// spanIn returns the offsets of a span.
function spanIn(doc, span) {
  const from = offset(doc, { ...span.start });
  return { from, to: Math.max(from, offset(doc, { ...span.end })) };
}

// showProblems underlines problems of a file, with their fixes.
export function showProblems(view, problems) {
  const { doc } = view.state;
  const list = problems.map((p) => ({
    ...(p.span ? spanIn(doc, p.span) : { from: 0, to: 0 }),
    severity: { error: "error", warning: "warning" }[p.severity] ?? "info",
    message: p.message ?? p.summary,
    actions: p.edit
      ? [{ name: "Fix", apply: (v) => v.dispatch({ changes: { ...spanIn(v.state.doc, p.edit.span), insert: p.edit.text }, userEvent: "input" }) }]
      : [],
  }));
  view.dispatch(setDiagnostics(view.state, list));
}

// fix applies the fix of a problem.
export function fix(view, problem) {
  view.dispatch({ changes: { ...spanIn(view.state.doc, problem.edit.span), insert: problem.edit.text }, userEvent: "input" });
}

// goTo puts the cursor at the start of a span.
export function goTo(view, span) {
  const { from } = spanIn(view.state.doc, span);
  view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
  view.focus();
}

// nameOf returns the name of a test on its first line, or "".
function nameOf(line) {
  const name = line.match(/^test\s*("(?:\\.|[^"\\])*")/)?.[1];
  try {
    return name ? JSON.parse(name) : "";
  } catch {
    return name.slice(1, -1);
  }
}

// showTests marks the lines of tests with their results.
export function showTests(view, results) {
  const { doc } = view.state;
  const marks = [];
  const left = [...results];
  for (let n = 1; n <= doc.lines && left.length; n++) {
    const line = doc.line(n);
    const name = nameOf(line.text);
    const i = name ? left.findIndex((r) => r.test === name) : -1;
    if (i < 0) continue;
    const [r] = left.splice(i, 1);
    marks.push(new TestMark(r.passed, r.passed ? "passed" : `failed: ${[...(r.failures ?? []), r.error].filter(Boolean).join("; ")}`).range(line.from));
  }
  view.dispatch({ effects: setTests.of(RangeSet.of(marks)) });
}
