// What the page is about. Modules change it through set, which tells all who listen.
export const state = {
  rules: { name: "rules.score", text: "" },
  old: null, // text of an older version, or null
  data: [], // {name, text} or {name, data}
  mapping: null,
  asOf: "", // a day
  lead: "",
};

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
