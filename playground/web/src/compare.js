// Two versions of the rules side by side, and which leads change.
import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { el, byId, show } from "./dom.js";
import { extensions, rootOf } from "./editor.js";
import { state } from "./state.js";
import { valuesOf, errorOf } from "./client.js";

let merge = null;
let texts = "";

// close ends the comparison.
function close() {
  merge?.destroy();
  merge = null;
  texts = "";
}

// showComparison shows both versions, and what the answer of diff says of them. Without an
// older version it hides the section.
export function showComparison(answer) {
  byId("compare").hidden = state.old === null;
  if (state.old === null) return close();
  const older = state.old.find((f) => f.name === state.rules.name)?.text ?? "";
  const both = JSON.stringify([older, state.rules.text]);
  if (both !== texts) {
    close();
    texts = both;
    const { root, place } = rootOf(byId("merge"));
    const side = (doc) => ({ doc, extensions: [extensions, EditorState.readOnly.of(true)] });
    merge = new MergeView({ a: side(older), b: side(state.rules.text), parent: place, root, collapseUnchanged: { margin: 3, minSize: 6 } });
  }
  if (!answer) return;
  const effect = valuesOf(answer, "effect")[0];
  const problems = valuesOf(answer, "problem").map((p) => p.message);
  show(
    "changes",
    [...problems, errorOf(answer)].filter(Boolean).map((m) => el("li", { class: "wrong" }, m)),
    valuesOf(answer, "change").map((c) => el("li", {}, [c.model, c.part, c.condition, c.what].filter(Boolean).join(", "), ` ${c.change}`, c.from || c.to ? `: ${c.from ?? "nothing"} → ${c.to ?? "nothing"}` : "")),
  );
  byId("effect").textContent = effect ? `Of ${effect.leads} leads, ${effect.differ} have another score, ${effect.sales_ready_gained} become sales ready, and ${effect.sales_ready_lost} no longer are.` : "";
  const said = (o) => (o.status === "scored" ? `${o.score} ${o.grade}${o.sales_ready ? ", sales ready" : ""}` : o.status);
  show("moved", valuesOf(answer, "lead").map((l) => el("li", {}, `${l.lead}, ${l.model}: ${said(l.from)} → ${said(l.to)}`)));
}
