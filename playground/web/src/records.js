// The data as a table: the records of an entity, and of leads the scores, too.
import { el, byId, show } from "./dom.js";
import { ask } from "./client.js";

const step = 100; // records that are shown before people ask for more
let entity = "Lead";
let limit = step;
let results = [];

// showRecords shows the records, given the results of all leads.
export async function showRecords(list, stale) {
  results = list;
  const { value } = await ask("records", { entity, limit });
  if (stale()) return;
  const choice = byId("entity");
  choice.replaceChildren(...(value?.entities ?? []).map((e) => el("option", { value: e.name }, `${e.name} (${e.records})`)));
  choice.value = value?.entity ?? "";
  byId("more-records").hidden = !((value?.entities.find((e) => e.name === value.entity)?.records ?? 0) > limit);
  const models = value?.entity === "Lead" ? [...new Set(results.map((r) => r.model))] : [];
  const scores = new Map(results.map((r) => [JSON.stringify([r.lead, r.model]), r.score ?? r.status]));
  const head = value?.ids.length ? ["id", ...models.map((m) => `Score, ${m}`), ...value.columns] : [];
  show("records-head", el("tr", {}, head.map((h) => el("th", { scope: "col" }, h))));
  show(
    "records",
    (value?.ids ?? []).map((id, i) =>
      el("tr", {}, el("th", { scope: "row" }, id), models.map((m) => el("td", { class: "number" }, scores.get(JSON.stringify([id, m])) ?? "")), value.rows[i].map((v) => el("td", {}, v))),
    ),
  );
}

// recordsIn connects the choice of an entity.
export function recordsIn() {
  byId("entity").addEventListener("change", (e) => {
    entity = e.target.value;
    limit = step;
    showRecords(results, () => false);
  });
  byId("more-records").addEventListener("click", () => {
    limit += step;
    showRecords(results, () => false);
  });
}
