package docstest

import (
	"context"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/tables"
)

// checkGo looks for a block in the Go files that are compiled and tested.
func checkGo(b *block) error {
	shown := unindented(strings.Split(strings.TrimSuffix(b.Text, "\n"), "\n"))
	for _, name := range goFiles() {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		lines := strings.Split(string(text), "\n")
		for i := 0; i+len(shown) <= len(lines); i++ {
			if slices.Equal(unindented(lines[i:i+len(shown)]), shown) {
				return nil
			}
		}
	}
	return fmt.Errorf("these lines are not in a Go file of the root, of internal/docstest or of examples")
}

func goFiles() []string {
	var files []string
	for _, pattern := range []string{"*.go", "internal/docstest/*.go"} {
		found, _ := filepath.Glob(pattern) // the patterns are well-formed
		files = append(files, found...)
	}
	_ = filepath.WalkDir("examples", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".go") {
			files = append(files, path)
		}
		return nil // without examples there are none
	})
	return files
}

// unindented removes the indentation that all lines share.
func unindented(lines []string) []string {
	least := -1
	for _, l := range lines {
		if tabs := len(l) - len(strings.TrimLeft(l, "\t")); strings.TrimSpace(l) != "" && (least < 0 || tabs < least) {
			least = tabs
		}
	}
	out := make([]string, len(lines))
	for i, l := range lines {
		if strings.TrimSpace(l) != "" {
			out[i] = l[least:]
		}
	}
	return out
}

// checkCommands runs the commands of a block. They must succeed, unless the page
// shows their output. The leadscore command runs in a folder with the section's
// rules and data, go run in the root folder of the module. Commands that take long,
// change the machine or run these tests are compared with a list instead.
func (s *section) checkCommands(b *block) error {
	var printed strings.Builder
	var failed error
	for line := range strings.Lines(b.Text) {
		line = strings.TrimSpace(line)
		words := strings.Fields(line)
		var cmd *exec.Cmd
		switch {
		case line == "":
			continue
		case slices.Contains(unrun, line):
			continue
		case words[0] == "leadscore":
			name, err := buildCommand(s.t)
			if err != nil {
				return err
			}
			cmd = exec.Command(name, words[1:]...)
			cmd.Dir = s.t.TempDir()
			if err := os.CopyFS(cmd.Dir, s.data); err != nil {
				return err
			}
			s.unused = nil
		case strings.HasPrefix(line, "go run ./"):
			cmd = exec.Command(words[0], words[1:]...)
		default:
			return fmt.Errorf("this test does not know the command %q: run it, or add it to unrun", line)
		}
		out, err := cmd.CombinedOutput()
		printed.Write(out)
		if err != nil && failed == nil {
			failed = fmt.Errorf("%s: %w\n%s", line, err, out)
		}
	}
	s.want = &outcome{block: b, text: printed.String(), failed: failed, optional: failed == nil}
	return nil
}

// unrun lists the commands that the pages show and this test does not run.
var unrun = []string{
	"go get github.com/leadscore/leadscore",
	"go install github.com/leadscore/leadscore/cmd/leadscore@latest",
	"go test work", "go test -race work", ".ci/run",
	"go run ./playground", // it serves until it is interrupted
	// They write files.
	"go run ./cmd/leadscore-db score --database parquet:lake --format parquet -o results.parquet coffee.score",
	"leadscore stages --data data.json --format json sales.score calls.score > monday.json",
	"leadscore stages --data data.json --format json --before monday.json sales.score calls.score > tuesday.json",
	// Its data is not part of the project.
	"leadscore score --data 365-learning --mapping examples/mappings/365-learning.json --as-of 2022-06-30 --format csv examples/mappings/365-learning.score",
}

// buildCommand builds the leadscore command.
func buildCommand(t *testing.T) (string, error) {
	name := filepath.Join(t.TempDir(), "leadscore")
	out, err := exec.Command("go", "build", "-o", name, "./cmd/leadscore").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("the page shows the leadscore command, which does not build: %w\n%s", err, out)
	}
	return name, nil
}

// Example_readme is the code in README.md, for the compiler. It has no output, as it
// scores as of now.
func Example_readme() {
	ctx := context.Background()
	crm := os.DirFS("examples/quickstart")
	text, err := fs.ReadFile(crm, "coffee.score")
	if err != nil {
		log.Fatal(err)
	}
	rules := string(text)
	model, err := leadscore.Compile("coffee.score", rules, leadscore.StandardSchema())
	if err != nil {
		log.Fatal(err) // every problem, with its line and how to fix it
	}
	data, err := tables.LoadFS(ctx, crm, "data", model.Schema(), tables.Options{})
	if err != nil {
		log.Fatal(err)
	}
	result, err := model.Score(ctx, "lead-ada", data, leadscore.Explain(10))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Score, result.Grade, result.SalesReady)
	for c := range result.Contributions() {
		fmt.Println(c.Score, c.Condition)
	}
	set, err := leadscore.NewSet(model)
	if err != nil {
		log.Fatal(err)
	}
	from, to := time.Now(), time.Now().AddDate(1, 0, 0)
	for c, err := range set.Changes(ctx, "lead-ada", data, from, to) {
		if err != nil {
			log.Fatal(err)
		}
		for before, after := range c.Changed() {
			fmt.Println(c.AsOf, after.Model, before.Score, after.Score)
		}
	}
}
