// The extension starts `leadscore lsp` and connects the editor to it. All that it knows of rules, it
// knows from there.
const vscode = require("vscode");
const { LanguageClient, State } = require("vscode-languageclient/node");

let client;

// start starts the server, and says how to get it if there is none.
async function start(output) {
  const command = vscode.workspace.getConfiguration("leadscore").get("command") || "leadscore";
  client = new LanguageClient(
    "leadscore",
    "leadscore",
    { command, args: ["lsp"] },
    {
      documentSelector: [
        { language: "leadscore", scheme: "file" },
        { language: "leadscore", scheme: "untitled" },
        { scheme: "file", pattern: "**/leadscore.json" },
      ],
      outputChannel: output,
      middleware: {
        // What a command found is in a message, and as a whole in the output.
        executeCommand: async (name, args, next) => {
          const result = await next(name, args);
          if (result) {
            output.appendLine(`${name} ${args.slice(1).join(", ")}`);
            output.appendLine(JSON.stringify(result, null, 2));
          }
          return result;
        },
      },
    },
  );
  try {
    await client.start();
  } catch (error) {
    const choice = await vscode.window.showErrorMessage(
      `The language server cannot be started: ${error.message}. Install it with "go install github.com/leadscore/leadscore/cmd/leadscore@latest", or say where it is in the setting leadscore.command.`,
      "Open the setting",
    );
    if (choice) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "leadscore.command");
    }
  }
}

// stop stops the server, if it is running.
async function stop() {
  const stopping = client;
  client = undefined;
  if (stopping && stopping.state === State.Running) {
    await stopping.stop();
  }
}

exports.activate = async function (context) {
  const output = vscode.window.createOutputChannel("leadscore");
  const restart = async () => {
    await stop();
    await start(output);
  };
  context.subscriptions.push(
    output,
    vscode.commands.registerCommand("leadscore.restart", restart),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("leadscore.command")) {
        return restart();
      }
    }),
  );
  await start(output);
};

exports.deactivate = stop;
