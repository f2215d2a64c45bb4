// Loads the extension, whose file is the argument, with an editor that can nothing, and prints what it
// exports.
const Module = require("node:module");

// An anything is whatever a program wants it to be: an object, a class and a function.
const anything = new Proxy(function () {}, {
  get: (target, name) => (name === Symbol.toPrimitive ? () => "" : name === "prototype" ? target.prototype : anything),
  apply: () => anything,
  construct: () => ({}),
});
const load = Module._load;
Module._load = (name, ...rest) => (name === "vscode" ? anything : load(name, ...rest));
console.log(Object.keys(require(process.argv[2])).sort().join(" "));
