package editors_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// program builds leadscore and returns its path.
func program(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "leadscore")
	if os.PathSeparator == '\\' {
		file += ".exe"
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", file, "../cmd/leadscore").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return file
}

// project returns a copy of the project of the tests.
func project(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "a project") // with a blank, which a URI escapes
	if err := os.CopyFS(folder, os.DirFS("testdata/project")); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestClient lets the protocol library of VS Code use every feature of the server, in both encodings
// of positions. To rewrite what it is told: go test -run TestClient ./editors -update
func TestClient(t *testing.T) {
	for _, encoding := range []string{"utf-16", "utf-8"} {
		t.Run(encoding, func(t *testing.T) {
			out := node(t, nil, "test/client.js", program(t), project(t), encoding)
			golden := "testdata/client-" + encoding + ".golden"
			if *update {
				if err := os.WriteFile(golden, out, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(out), "\n")); diff != "" {
				t.Errorf("what the client is told (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNeovim: in Neovim, with the settings of this folder, a rule file is known as one, a mistake is
// shown and fixed, findings follow, and the file is formatted.
func TestNeovim(t *testing.T) {
	path, err := exec.LookPath("nvim")
	if err != nil {
		missing(t, "there is no nvim on the PATH (on Debian: apt-get install neovim)")
	}
	settings, err := filepath.Abs("neovim")
	if err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("testdata/neovim.lua")
	if err != nil {
		t.Fatal(err)
	}
	folder := project(t)
	cmd := exec.CommandContext(t.Context(), path, "--headless", "-u", "NONE", "-i", "NONE", "--cmd", "set runtimepath^="+strings.ReplaceAll(settings, " ", `\ `),
		"--cmd", "let g:leadscore_command='"+program(t)+"'", "--cmd", "filetype plugin on", "--cmd", "syntax on", "main.score", "-c", "luafile "+script)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+t.TempDir(), "XDG_CACHE_HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir(), "XDG_DATA_HOME="+t.TempDir())
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil || errs.Len() > 0 {
		t.Fatalf("%v\n%s\n%s", err, errs.Bytes(), out.Bytes())
	}
	text, err := os.ReadFile("testdata/project/main.score")
	if err != nil {
		t.Fatal(err)
	}
	format := exec.CommandContext(t.Context(), "go", "run", "../cmd/leadscore", "fmt")
	format.Stdin = strings.NewReader(strings.Replace(string(text), "each EmailOpend", "each EmailOpened", 1))
	formatted, err := format.Output()
	if err != nil {
		t.Fatal(err)
	}
	want := "filetype leadscore, syntax leadscore\n" +
		"error 4:13: unknown entity EmailOpend; did you mean EmailOpened?\n" +
		"fix Change EmailOpend to EmailOpened\n" +
		"line         each EmailOpened\n" +
		"finding grade-out-of-reach\n" +
		"hover true\n" +
		"formatted " + string(formatted)
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("what Neovim shows (-want +got):\n%s", diff)
	}
}

// TestExtension: the extension for VS Code can be packaged without a network, and has all that it
// needs and nothing else.
func TestExtension(t *testing.T) {
	node(t, nil, "build.js")
	file := filepath.Join(t.TempDir(), "leadscore.vsix")
	node(t, nil, "node_modules/@vscode/vsce/vsce", "package", "--no-dependencies", "--out", file)
	archive, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	var names []string
	for _, f := range archive.File {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	want := []string{"[Content_Types].xml", "extension.vsixmanifest", "extension/LICENSE.txt", "extension/dist/extension.js", "extension/dist/licences.txt",
		"extension/language-configuration.json", "extension/package.json", "extension/readme.md", "extension/syntaxes/leadscore.tmLanguage.json"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("files of the package (-want +got):\n%s", diff)
	}
	read := func(name string) string {
		f, err := archive.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		text, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, name := range []string{"vscode-languageclient", "vscode-languageserver-protocol", "vscode-jsonrpc", "semver", "minimatch"} {
		if !strings.Contains(read("extension/dist/licences.txt"), "\n== "+name+" ") {
			t.Errorf("the licence of %s is missing", name)
		}
	}
	// The extension as it is packaged runs against the part of the API of VS Code that it uses.
	extension := filepath.Join(t.TempDir(), "extension.js")
	if err := os.WriteFile(extension, []byte(read("extension/dist/extension.js")), 0o644); err != nil {
		t.Fatal(err)
	}
	out := node(t, nil, "test/load.js", extension)
	if got := strings.TrimSpace(string(out)); got != "activate deactivate" {
		t.Errorf("the extension exports %s", got)
	}
}
