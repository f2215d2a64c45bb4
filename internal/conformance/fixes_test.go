package conformance_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/conformance"
)

// problemsOn returns the problems on a line of a file.
func problemsOn(err error, file string, line int) []string {
	diags, _ := errors.AsType[leadscore.Diagnostics](err)
	var list []string
	for i := range diags {
		if d := &diags[i]; d.File == file && d.Span.Start.Line == line {
			list = append(list, fmt.Sprintf("%s: %s", d.Code, d.Message()))
		}
	}
	return list
}

// TestFixes applies each fix of the conformance cases to its file. The problem must
// disappear, and the line must have no new problem.
func TestFixes(t *testing.T) {
	cases, err := conformance.Read(os.DirFS(casesDir))
	if err != nil {
		t.Fatal(err)
	}
	tried, without := 0, 0
	for _, c := range cases {
		if !c.Wrong() {
			continue
		}
		compile := func(files []leadscore.File) error {
			_, err := leadscore.CompileSet(c.Base, files)
			return err
		}
		files := make([]leadscore.File, len(c.Files))
		for i, f := range c.Files {
			files[i] = leadscore.File{Name: f.Name, Text: f.Text}
		}
		before := compile(files)
		diags, _ := errors.AsType[leadscore.Diagnostics](before)
		for i := range diags {
			d := &diags[i]
			if d.Fix == nil {
				without++
				continue
			}
			tried++
			fixed := slices.Clone(files)
			at := slices.IndexFunc(fixed, func(f leadscore.File) bool { return f.Name == d.File })
			lines := strings.Split(fixed[at].Text, "\n")
			line := d.Span.Start.Line
			if d.Fixed() == "" { // the fix is of other lines, too
				fixed[at].Text = d.Fix.Apply(fixed[at].Text)
				if now := problemsOn(compile(fixed), d.File, line); slices.Contains(now, fmt.Sprintf("%s: %s", d.Code, d.Message())) {
					t.Errorf("%s: the fix of\n%v\ndoes not remove it", c.Name, d)
				}
				continue
			}
			if lines[line-1] != d.Line || d.Line == d.Fixed() {
				t.Fatalf("%s: the line is %q, and the problem says %q, to be %q", c.Name, lines[line-1], d.Line, d.Fixed())
			}
			lines[line-1] = d.Fixed()
			fixed[at].Text = d.Fix.Apply(fixed[at].Text)
			if now := strings.Split(fixed[at].Text, "\n"); strings.TrimRight(now[line-1], " \t") != d.Fixed() || !slices.Equal(slices.Delete(now, line-1, line), slices.Delete(lines, line-1, line)) {
				t.Fatalf("%s: the edit %+v does not make the line %q", c.Name, *d.Fix, d.Fixed())
			}

			old := problemsOn(before, d.File, line)
			mended := fmt.Sprintf("%s: %s", d.Code, d.Message())
			at = slices.Index(old, mended)
			old = slices.Delete(old, at, at+1)
			for _, now := range problemsOn(compile(fixed), d.File, line) {
				at := slices.Index(old, now)
				if at < 0 {
					t.Errorf("%s: the fix of\n%v\ngives %s", c.Name, d, now)
					continue
				}
				old = slices.Delete(old, at, at+1)
			}
		}
	}
	t.Logf("%d problems have a fix, %d have none", tried, without)
}
