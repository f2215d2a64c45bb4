// Talks to `leadscore lsp` as an editor does, with the protocol library of VS Code, and prints what it
// is told as JSON, a line for each feature. The arguments are the program and the folder of the
// project, which has main.score and leadscore.json.
const { spawn } = require("node:child_process");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");
const rpc = require("vscode-jsonrpc/node");
const lsp = require("vscode-languageserver-protocol");

const [program, folder] = process.argv.slice(2);
const encoding = process.argv[4] ?? "utf-16";
const uri = pathToFileURL(join(folder, "main.score")).href;
const text = readFileSync(join(folder, "main.score"), "utf8");
const textDocument = { uri };

// show prints what a feature said. URIs are printed relative to the folder.
function show(feature, value) {
  const root = pathToFileURL(folder).href;
  console.log(JSON.stringify({ feature, value: value ?? null }).replaceAll(root + "/", ""));
}

// fail ends the client with an error.
function fail(message) {
  console.error(message);
  process.exit(1);
}

// place returns the position of the first or the nth word in the text.
function place(word, nth = 1) {
  let at = -1;
  for (let i = 0; i < nth; i++) at = text.indexOf(word, at + 1);
  if (at < 0) fail(`there is no ${word}`);
  const before = text.slice(0, at).split("\n");
  const last = before[before.length - 1];
  const character = encoding === "utf-8" ? Buffer.byteLength(last) : last.length;
  return { line: before.length - 1, character: character + 1 };
}

async function main() {
  const child = spawn(program, ["lsp", "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const connection = rpc.createMessageConnection(new rpc.StreamMessageReader(child.stdout), new rpc.StreamMessageWriter(child.stdin));
  connection.onError(([error]) => fail(error));

  // The diagnostics of a document, once some satisfy a condition.
  const published = new Map();
  const waiting = [];
  connection.onNotification(lsp.PublishDiagnosticsNotification.type, (params) => {
    published.set(params.uri, params);
    for (const w of [...waiting]) w();
  });
  const diagnostics = (of, condition) =>
    new Promise((resolve) => {
      const look = () => {
        const params = published.get(of);
        if (!params || !condition(params)) return;
        const at = waiting.indexOf(look);
        if (at >= 0) waiting.splice(at, 1);
        resolve(params);
      };
      waiting.push(look);
      look();
    });
  const messages = [];
  connection.onNotification(lsp.ShowMessageNotification.type, (params) => messages.push(params));
  const registered = new Promise((resolve) => connection.onRequest(lsp.RegistrationRequest.type, resolve));
  connection.listen();

  const { capabilities } = await connection.sendRequest(lsp.InitializeRequest.type, {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    capabilities: {
      general: { positionEncodings: [encoding] },
      workspace: { didChangeWatchedFiles: { dynamicRegistration: true } },
    },
  });
  show("initialize", capabilities);
  await connection.sendNotification(lsp.InitializedNotification.type, {});
  show("watched files", (await registered).registrations[0].registerOptions);

  let version = 1;
  let now = text;
  const change = (range, newText) => connection.sendNotification(lsp.DidChangeTextDocumentNotification.type, { textDocument: { uri, version: ++version }, contentChanges: [{ range, text: newText }] });
  await connection.sendNotification(lsp.DidOpenTextDocumentNotification.type, { textDocument: { uri, languageId: "leadscore", version, text } });
  const opened = await diagnostics(uri, (p) => p.diagnostics.some((d) => d.severity === lsp.DiagnosticSeverity.Error));
  show("errors", opened.diagnostics);

  const wrong = opened.diagnostics[0];
  const actions = await connection.sendRequest(lsp.CodeActionRequest.type, { textDocument, range: wrong.range, context: { diagnostics: [wrong] } });
  show("code actions", actions.map(({ title, kind, diagnostics }) => ({ title, kind, fixes: diagnostics?.length ?? 0 })));
  const [fix] = actions.filter((a) => a.kind === "quickfix");
  const [edit] = fix.edit.changes[uri];
  show("fix", edit);
  await change(edit.range, edit.newText);
  const findings = await diagnostics(uri, (p) => p.version === version && p.diagnostics.length > 0);
  show("findings", findings.diagnostics.map(({ code, severity, range }) => ({ code, severity, line: range.start.line })));

  const at = (position) => ({ textDocument, position });
  const ask = async (feature, type, params, of = (v) => v) => show(feature, of(await connection.sendRequest(type, params)));
  await ask("completion", lsp.CompletionRequest.type, at(place("ClickedLink")), (list) => list.items.slice(0, 3).map((i) => i.label));
  await ask("hover", lsp.HoverRequest.type, at(place("EmailOpened", 1)), (h) => ({ kind: h.contents.kind, some: h.contents.value.split("\n")[0], range: h.range }));
  await ask("definition", lsp.DefinitionRequest.type, at(place("Amount")));
  await ask("references", lsp.ReferencesRequest.type, { ...at(place("Amount")), context: { includeDeclaration: true } });
  await ask("highlights", lsp.DocumentHighlightRequest.type, at(place("Amount")), (list) => list.length);
  const names = (list) => list.map((s) => (s.children.length ? [s.name, names(s.children)] : s.name));
  await ask("symbols", lsp.DocumentSymbolRequest.type, { textDocument }, names);
  await ask("workspace symbols", lsp.WorkspaceSymbolRequest.type, { query: "amount" }, (list) => list.map((s) => [s.name, s.location.uri]));
  await ask("prepare rename", lsp.PrepareRenameRequest.type, at(place("Amount")));
  await ask("rename", lsp.RenameRequest.type, { ...at(place("Amount")), newName: "Total" }, (e) => e.changes);
  await connection.sendRequest(lsp.RenameRequest.type, { ...at(place("Amount")), newName: "" }).then(
    () => fail("the empty name is accepted"),
    (error) => show("rename refused", error.code),
  );
  await ask("formatting", lsp.DocumentFormattingRequest.type, { textDocument, options: { tabSize: 4, insertSpaces: true } });
  await ask("range formatting", lsp.DocumentRangeFormattingRequest.type, { textDocument, range: { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } }, options: { tabSize: 4, insertSpaces: true } });
  await ask("folding", lsp.FoldingRangeRequest.type, { textDocument }, (list) => list.map((f) => [f.startLine, f.endLine]));
  await ask("semantic tokens", lsp.SemanticTokensRequest.type, { textDocument }, (t) => t.data.slice(0, 15));
  await ask("inlay hints", lsp.InlayHintRequest.type, { textDocument, range: { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } } }, (list) => list.map((h) => h.label));
  const lenses = await connection.sendRequest(lsp.CodeLensRequest.type, { textDocument });
  show("code lenses", lenses.map((l) => [l.command.title, l.command.command, ...l.command.arguments.slice(1)]));
  for (const command of ["leadscore.test", "leadscore.tests", "leadscore.score"]) {
    const lens = lenses.find((l) => l.command.command === command);
    const result = await connection.sendRequest(lsp.ExecuteCommandRequest.type, { command, arguments: lens.command.arguments });
    delete result.as_of;
    delete result.tests;
    show(command, result);
    show(command + " says", messages.pop());
  }
  const failed = await diagnostics(uri, (p) => p.diagnostics.some((d) => d.code === "expectation"));
  show("what is not met", failed.diagnostics.filter((d) => d.code === "expectation").map((d) => d.message));

  // A request that is cancelled is answered all the same: with its result, or an error.
  const source = new rpc.CancellationTokenSource();
  const cancelled = connection.sendRequest(lsp.HoverRequest.type, at(place("EmailOpened", 1)), source.token);
  source.cancel();
  show("cancelled", await cancelled.then(() => true, (error) => error.code === lsp.LSPErrorCodes.RequestCancelled));
  await connection.sendRequest("leadscore/none", {}).then(
    () => fail("an unknown method is answered"),
    (error) => show("unknown method", error.code),
  );

  await connection.sendNotification(lsp.DidCloseTextDocumentNotification.type, { textDocument });
  show("closed", (await diagnostics(uri, (p) => p.diagnostics.length === 0)).diagnostics);
  await connection.sendRequest(lsp.ShutdownRequest.type);
  await connection.sendNotification(lsp.ExitNotification.type);
  show("exit status", await ended);
  connection.dispose();
}

main().catch((error) => fail(error.stack));
