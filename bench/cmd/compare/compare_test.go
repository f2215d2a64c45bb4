package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A repository is one made for a test, with a library and a table command that
// prints one row. Its ratio is what the library says.
type repository struct {
	t   *testing.T
	dir string
}

func newRepository(t *testing.T) *repository {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	r := &repository{t, t.TempDir()}
	r.git("init", "--quiet")
	r.write("go.mod", "module example.com/lib\n\ngo 1.26\n")
	r.write("go.work", "go 1.26\n\nuse (\n\t.\n\t./bench\n)\n")
	r.write("bench/go.mod", "module example.com/lib/bench\n\ngo 1.26\n\nrequire example.com/lib v0.0.0\n\nreplace example.com/lib => ../\n")
	r.write("bench/cmd/table/main.go", `package main

import (
	"fmt"
	"os"

	"example.com/lib/bench/internal/ratio"
)

func main() {
	fmt.Printf("{\"section\":\"memory\",\"name\":\"20/cold\",\"what\":\"leadscore\",\"against\":\"hand-written\",\"ratio\":%g}\n", ratio.Of())
	log, _ := os.OpenFile(os.Getenv("COMPARE_TEST_LOG"), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	fmt.Fprintln(log, os.Args)
}
`)
	return r
}

func (r *repository) git(args ...string) string {
	r.t.Helper()
	args = append([]string{"-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"}, args...)
	text, err := output(context.Background(), r.dir, "git", args...)
	if err != nil {
		r.t.Fatal(err)
	}
	return text
}

func (r *repository) write(name, text string) {
	r.t.Helper()
	name = filepath.Join(r.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(text), 0o600)); err != nil {
		r.t.Fatal(err)
	}
}

// commit commits a library whose function of that name returns the ratio, and
// tags the commit.
func (r *repository) commit(tag, function, ratio string) {
	r.t.Helper()
	r.write("lib.go", "package lib\n\nfunc "+function+"() float64 { return "+ratio+" }\n")
	r.write("bench/internal/ratio/ratio.go", "package ratio\n\nimport \"example.com/lib\"\n\nfunc Of() float64 { return lib."+function+"() }\n")
	r.git("add", "-A")
	r.git("commit", "--quiet", "-m", tag+" commit")
	r.git("tag", tag)
}

func TestCompareCommits(t *testing.T) {
	r := newRepository(t)
	r.commit("base", "Ratio", "2.0")
	r.commit("equal", "Ratio", "2.01")
	r.commit("renamed", "Renamed", "2.5")
	// A module that the bench requires, and that earlier commits lack.
	r.write("source/more/go.mod", "module example.com/lib/source/more\n\ngo 1.26\n")
	r.write("bench/go.mod", `module example.com/lib/bench

go 1.26

require (
	example.com/lib v0.0.0
	example.com/lib/source/more v0.0.0
)

replace (
	example.com/lib => ../
	example.com/lib/source/more => ../source/more
)
`)
	r.commit("more", "Ratio", "2.0")
	calls := filepath.Join(t.TempDir(), "log")
	t.Setenv("COMPARE_TEST_LOG", calls)
	t.Setenv("TMPDIR", t.TempDir())
	for _, test := range []struct {
		old, new string
		fails    error
		want     []string
	}{
		{"base", "equal", nil, []string{"base commit", "equal commit", "measured by the bench folder of new", "| 2 | 2.01 | 1.005 | 0.0 % | 0.0 % |", "0 worse"}},
		{"base", "renamed", errWorse, []string{"by its own bench folder", "bench/internal/ratio/ratio.go", "| 2 | 2.5 | 1.250 | 0.0 % | 0.0 % |", "WORSE"}},
		{"equal", "more", nil, []string{"measured by the bench folder of new", "| 2.01 | 2 |", "0 worse"}},
		{"renamed", "equal", nil, []string{"by its own bench folder", "| 2.5 | 2.01 | 0.804 | 0.0 % | 0.0 % |", "better"}},
	} {
		var out, log bytes.Buffer
		c := config{old: test.old, new: test.new, runs: 3, table: []string{"-x"}}
		if err := c.run(t.Context(), filepath.Join(r.dir, "bench"), &out, &log); !errors.Is(err, test.fails) || test.fails == nil && err != nil {
			t.Errorf("%s and %s: %v", test.old, test.new, err)
		}
		for _, want := range test.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s and %s: %q is not in\n%s", test.old, test.new, want, out.String())
			}
		}
	}
	// Alternated, and each program first once.
	text, err := os.ReadFile(calls)
	if err != nil {
		t.Fatal(err)
	}
	var programs []string
	for line := range strings.Lines(string(text)) {
		program, _, _ := strings.Cut(strings.Trim(line, "[]\n"), " ")
		programs = append(programs, strings.TrimSuffix(filepath.Base(program), ".exe"))
	}
	const round = "old other new other new old new old other"
	if got := strings.Join(programs, " "); got != strings.Join([]string{round, round, round, round}, " ") {
		t.Errorf("programs ran in the order %s", got)
	}
	// Nothing is left.
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
	if list := r.git("worktree", "list"); strings.Contains(list, "\n") {
		t.Errorf("work trees are left:\n%s", list)
	}
}

func TestWhatCannotBeCompared(t *testing.T) {
	r := newRepository(t)
	r.commit("base", "Ratio", "2.0")
	r.commit("broken", "Ratio", "away")
	t.Setenv("TMPDIR", t.TempDir())
	for _, test := range []struct{ old, new, want string }{
		{"away", "base", "git rev-parse"},
		{"base", "broken", "undefined: away"},
		{"broken", "base", "fits neither the bench folder of new"},
	} {
		c := config{old: test.old, new: test.new, runs: 1}
		err := c.run(t.Context(), r.dir, &bytes.Buffer{}, &bytes.Buffer{})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s and %s: %v", test.old, test.new, err)
		}
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}
