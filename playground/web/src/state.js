// What the page is about. Modules change it through set, which tells all who listen.
export const state = {
  rules: { name: "rules.score", text: "" }, // the rule file that is shown
  others: [], // the other rule files, which are compiled with it
  old: null, // the files of an older version, or null
  data: [], // {name, text} or {name, data}
  mapping: null,
  schema: null, // in place of the standard schema, or null
  zone: "", // of days, or "" for that of the models
  asOf: "", // a day
  lead: "",
};

// ruleFiles returns the rule files in the order of their names, which is that of the command.
export const ruleFiles = () => [...state.others, state.rules].sort((a, b) => (a.name < b.name ? -1 : 1));

const listeners = [];

// listen calls f with the names of what changes.
export function listen(f) {
  listeners.push(f);
}

// set changes the state.
export function set(changes) {
  Object.assign(state, changes);
  for (const f of listeners) f(Object.keys(changes));
}
