// Asks the library, which runs in a worker, so that the page answers keys while it works.
const worker = new Worker("worker.js", { type: "module" });
const waiting = new Map();
let last = 0;

worker.onmessage = ({ data: [id, answer] }) => {
  waiting.get(id)(answer);
  waiting.delete(id);
};

// ask returns the answer of a method.
export function ask(method, params) {
  return new Promise((resolve) => {
    waiting.set(++last, resolve);
    worker.postMessage([last, method, params]);
  });
}

// valuesOf returns the values of the lines of an answer with a key.
export function valuesOf(answer, key) {
  return (answer.lines ?? []).filter((line) => key in line).map((line) => line[key]);
}

// resultsOf returns the results of all leads, as objects, from the columns that scores answers.
export function resultsOf(columns) {
  const results = [];
  if (!columns) return results;
  columns.leads.forEach((lead, i) => {
    for (const m of columns.models) {
      const status = m.statuses[m.status[i]];
      if (!status) continue; // it could not be scored
      const r = { lead, model: m.name, status };
      if (status === "scored") {
        Object.assign(r, { score: m.score[i], grade: m.grades[m.grade[i]], label: m.labels[m.label[i]], sales_ready: m.ready[i] === 1 });
        if (m.dimensions.length) r.dimensions = Object.fromEntries(m.dimensions.map((d) => [d.name, { score: d.score[i], grade: d.grades[d.grade[i]] }]));
      }
      results.push(r);
    }
  });
  return results;
}

// errorOf returns why a method failed, or "".
export function errorOf(answer) {
  return answer.error ?? valuesOf(answer, "error").map((e) => e.message).join("; ");
}
