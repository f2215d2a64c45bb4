// What the library knows of the place that is being written: what can be written there, and
// what a word means.
import { autocompletion } from "@codemirror/autocomplete";
import { hoverTooltip, keymap } from "@codemirror/view";
import { ask } from "./client.js";
import { el, say } from "./dom.js";
import { markdown } from "./markdown.js";
import { state } from "./state.js";

// at returns a place in an editor as the library wants it.
const at = (editor, offset) => ({ name: state.rules.name, text: editor.doc.toString(), offset, others: state.others });

// complete lists what can be written at a place: when people ask for it, and while they write
// a word, a path or a text.
async function complete(context) {
  if (!context.explicit && !/[\p{L}\p{N}_."`]$/u.test(context.state.sliceDoc(Math.max(0, context.pos - 2), context.pos))) return null;
  const { value } = await ask("complete", at(context.state, context.pos));
  if (context.aborted || !value?.length) return null;
  return {
    from: value[0].from,
    to: value[0].to,
    filter: false, // the library has done that
    options: value.map((c) => ({ label: c.label, apply: c.insert, detail: c.detail ?? "", type: c.kind, info: c.doc ? () => el("div", { class: "doc" }, markdown(c.doc)) : undefined })),
  };
}

// meaning returns what the word at a place means, or null.
const meaning = async (editor, offset) => (await ask("hover", at(editor, offset))).value ?? null;

const hover = hoverTooltip(async (view, pos) => {
  const word = await meaning(view.state, pos);
  return word && { pos: word.from, end: word.to, above: true, create: () => ({ dom: el("div", { class: "doc" }, markdown(word.doc)) }) };
});

// explain says what the word at the cursor means, for those who do not use a mouse.
function explain(view) {
  meaning(view.state, view.state.selection.main.head).then((word) => say(word ? markdown(word.doc).map((e) => e.textContent).join(" ") : "There is nothing to say of this place"));
  return true;
}

// assist is what an editor of rules needs for that.
export const assist = [autocompletion({ override: [complete], icons: false, maxRenderedOptions: 40 }), hover, keymap.of([{ key: "F1", run: explain, preventDefault: true }])];
