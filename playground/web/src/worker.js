// Runs the library. A message is [id, method, params]; the answer is [id, answer].
const ready = (async () => {
  await import("./wasm_exec.js");
  const go = new Go();
  const { instance } = await WebAssembly.instantiateStreaming(fetch("leadscore.wasm"), go.importObject);
  go.run(instance);
})();

onmessage = async ({ data: [id, method, params] }) => {
  try {
    await ready;
    postMessage([id, JSON.parse(leadscore(method, JSON.stringify(params ?? {})))]);
  } catch (e) {
    postMessage([id, { status: 1, error: String(e), lines: [] }]);
  }
};
