// Runs the library as wasm: node run.js leadscore.wasm wasm_exec.js. Each line of standard
// input is [method, params]; each line of standard output is the answer.
"use strict";
const fs = require("fs");
const [wasm, support] = process.argv.slice(2);
require(support);
const go = new Go();
WebAssembly.instantiate(fs.readFileSync(wasm), go.importObject).then(({ instance }) => {
  go.run(instance);
  for (const line of fs.readFileSync(0, "utf8").split("\n")) {
    if (line) fs.writeSync(1, leadscore(...JSON.parse(line)));
  }
  process.exit(0);
});
