package command

import (
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// sent returns messages as an editor sends them.
func sent(bodies ...string) string {
	var b strings.Builder
	for _, body := range bodies {
		fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	}
	return b.String()
}

// TestLSP: lsp serves an editor on standard input and output, and finds the files beside an
// open one on the disk. internal/lsp and editors test what it answers.
func TestLSP(t *testing.T) {
	setUp(t)
	write(t, "p/leadscore.json", `{"schema": "crm.score", "rules": "*.score"}`)
	write(t, "p/crm.score", files["schema.score"])
	folder, err := filepath.Abs("p")
	if err != nil {
		t.Fatal(err)
	}
	uri := (&url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(filepath.ToSlash(folder), "/") + "/a.score"}).String()
	const begin, stop, exit = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}`, `{"jsonrpc":"2.0","id":2,"method":"shutdown"}`, `{"jsonrpc":"2.0","method":"exit"}`
	open := fmt.Sprintf(`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":%q,"version":1,"text":%q}}}`,
		uri, "model \"A\" {\n    target contact\n    condition \"B\" { each Caled score +1 }\n}\n")
	out, errs, status := call(t, sent(begin, open, stop, exit), "lsp", "--stdio")
	if status != statusOK || errs != "" || !strings.Contains(out, "unknown entity Caled; did you mean Called?") {
		t.Errorf("status %d, %s, %s", status, errs, out)
	}
	for _, test := range []struct {
		in, args, want string
		status         int
	}{
		{"", "lsp a.score", "leadscore lsp: lsp has no operands: the editor says which files are open", statusUsage},
		{sent(begin, exit), "lsp", "leadscore lsp: the client ended without shutdown", statusWrong},
		{"check a.score\n\n", "lsp", "leadscore lsp: the input is not a language client's: a line of a header is \"check a.score\", and Content-Length: N was expected; an editor starts lsp, which talks the Language Server Protocol on standard input and output\n", statusWrong},
	} {
		_, errs, status := call(t, test.in, strings.Fields(test.args)...)
		if status != test.status || !strings.HasPrefix(errs, test.want) {
			t.Errorf("%s: status %d, %s", test.args, status, errs)
		}
	}
}

// TestAllFiles: files have their paths without the first slash as names, on Windows with the drive.
func TestAllFiles(t *testing.T) {
	name, err := filepath.Abs("lsp_test.go")
	if err != nil {
		t.Fatal(err)
	}
	name = strings.TrimPrefix(filepath.ToSlash(name), "/")
	want, err := os.ReadFile("lsp_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := fs.ReadFile(allFiles(), name); err != nil || string(got) != string(want) {
		t.Errorf("%s: %v", name, err)
	}
	for _, name := range []string{"c/a.score", "/c:/a.score", "", "c:/../a.score"} {
		if _, err := (driveFiles{}).Open(name); err == nil {
			t.Errorf("%q is a file of a drive, on %s", name, runtime.GOOS)
		}
	}
}
