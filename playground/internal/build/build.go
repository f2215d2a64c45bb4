// Package build makes the library as wasm for the page, and finds what else the page needs.
package build

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// module is the module of the library, and program the package that is built.
const (
	module  = "github.com/leadscore/leadscore"
	program = module + "/playground/wasm"
)

// Root returns the folder of the project, which has the documents.
func Root(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return "", fmt.Errorf("looking for the folder of %s: %w", module, err)
	}
	return strings.TrimSpace(string(out)), nil
}

// Wasm writes the library as wasm to a file. Functions are not inlined, which makes the file
// a fifth smaller. It needs the command go and this module, in
// the current folder or one above it. The error has what the command says.
func Wasm(ctx context.Context, file string) error { return wasm(ctx, file, "-ldflags=-s -w") }

// Named is like Wasm, but keeps the names of functions, for profiles.
func Named(ctx context.Context, file string) error { return wasm(ctx, file) }

// wasm builds the library with flags besides those that it always has.
func wasm(ctx context.Context, file string, flags ...string) error {
	args := append([]string{"build", "-trimpath", "-gcflags=all=-l", "-o", file}, flags...)
	c := exec.CommandContext(ctx, "go", append(args, program)...)
	c.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0", "GOWASM=satconv,signext")
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("building the library as wasm: %w\n%s", err, out)
	}
	return nil
}

// Support returns the path of wasm_exec.js, the script that connects wasm with a page. It is
// the one of the Go that builds the program.
func Support(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("looking for Go: %w", err)
	}
	file := filepath.Join(strings.TrimSpace(string(out)), "lib", "wasm", "wasm_exec.js")
	if _, err := os.Stat(file); err != nil {
		return "", fmt.Errorf("looking for wasm_exec.js of %s: %w", runtime.Version(), err)
	}
	return file, nil
}
