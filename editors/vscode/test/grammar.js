// Prints the tokens that the TextMate grammar finds in files, as JSON: a line for each file, with a
// list of [start, end, scope], in UTF-16 code units of the whole text. The scope is the innermost one.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const textmate = require("vscode-textmate");
const oniguruma = require("vscode-oniguruma");

async function main() {
  const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
  await oniguruma.loadWASM(wasm);
  const file = join(__dirname, "../syntaxes/leadscore.tmLanguage.json");
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync(file, "utf8"), file),
  });
  const grammar = await registry.loadGrammar("source.leadscore");
  for (const name of process.argv.slice(2)) {
    let stack = textmate.INITIAL;
    let at = 0;
    const tokens = [];
    for (const line of readFileSync(name, "utf8").split("\n")) {
      const result = grammar.tokenizeLine(line, stack);
      for (const t of result.tokens) {
        const text = line.slice(t.startIndex, t.endIndex);
        if (text.trim() !== "") {
          tokens.push([at + t.startIndex, at + Math.min(t.endIndex, line.length), t.scopes[t.scopes.length - 1]]);
        }
      }
      stack = result.ruleStack;
      at += line.length + 1;
    }
    console.log(JSON.stringify(tokens));
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
