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

// errorOf returns why a method failed, or "".
export function errorOf(answer) {
  return answer.error ?? valuesOf(answer, "error").map((e) => e.message).join("; ");
}
