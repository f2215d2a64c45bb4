// Package editors_test tests the settings and the extension for editors with the programs that
// use them: Node, Neovim and the TextMate tokenizer of VS Code.
package editors_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"testing"
)

// missing skips a test because something is missing. With LEADSCORE_EDITORS=1 nothing may be
// missing, and the test fails.
func missing(t *testing.T, text string) {
	t.Helper()
	if os.Getenv("LEADSCORE_EDITORS") == "1" {
		t.Fatal(text)
	}
	t.Skip("EDITORS ARE NOT TESTED: " + text)
}

// node runs a script of the extension, in its folder, and returns what it prints.
func node(t *testing.T, in io.Reader, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		missing(t, "there is no node on the PATH (on Debian: apt-get install nodejs npm)")
	}
	if _, err := os.Stat("vscode/node_modules/vscode-jsonrpc"); err != nil {
		missing(t, "the packages are missing (npm --prefix editors/vscode ci)")
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Dir, cmd.Stdin = "vscode", in
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node %q: %v\n%s\n%s", args, err, errs.Bytes(), out)
	}
	return out
}
