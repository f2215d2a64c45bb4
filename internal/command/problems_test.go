package command

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore/dsl"
)

// inColored is the output of check for wrong.score on a terminal.
const inColored = "\x1b[1mwrong.score:4:14:\x1b[0m unknown entity EmailOpend; did you mean EmailOpened?\n" +
	"  4 |         each EmailOpend\n" +
	"    |              \x1b[1;31m^^^^^^^^^^\x1b[0m\n" +
	"fix | \x1b[32m        each EmailOpened\x1b[0m\n\n" +
	"\x1b[1mwrong.score:5:15:\x1b[0m a score of 0 changes nothing; write the points to add or subtract\n" +
	"  5 |         score 0\n" +
	"    |               \x1b[1;31m^\x1b[0m\n"

var sequences = regexp.MustCompile("\x1b\\[[0-9;]*m")

// TestColor: all commands report problems in the same way, in colour only if that is
// asked for, or on a terminal, which tests do not have.
func TestColor(t *testing.T) {
	setUp(t)
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "")
	write(t, "broken.score", "model \"M\" {\n    targt contact\n}\n")
	for _, args := range []string{
		"check wrong.score", "score --data data wrong.score", "fmt broken.score",
		"check --schema wrong.score", "fmt -l broken.score ugly.score",
	} {
		command := func(extra ...string) (string, string) {
			t.Helper()
			stdout, stderr, status := call(t, "", append(strings.Fields(args), extra...)...)
			if status != statusWrong {
				t.Errorf("%s %v: status %d", args, extra, status)
			}
			return stdout, stderr
		}
		_, bare := command()
		_, never := command("--color", "never")
		stdout, always := command("--color=always")
		if strings.Contains(bare+never+stdout, "\x1b") || bare != never {
			t.Errorf("%s: colour where there is no terminal:\n%q\n%q\n%q", args, bare, never, stdout)
		}
		if !strings.Contains(always, red) {
			t.Errorf("%s: no colour:\n%q", args, always)
		}
		if diff := cmp.Diff(bare, sequences.ReplaceAllString(always, "")); diff != "" {
			t.Errorf("%s: colour changes the words (-without +with):\n%s", args, diff)
		}
	}
	_, stderr, _ := call(t, "", "check", "--color", "always", "wrong.score")
	if diff := cmp.Diff(inColored, stderr); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// The flag outweighs the environment.
	t.Setenv("NO_COLOR", "1")
	if _, stderr, _ = call(t, "", "check", "--color", "always", "wrong.score"); stderr != inColored {
		t.Errorf("NO_COLOR outweighs --color: %q", stderr)
	}
	_, stderr, status := call(t, "model", "fmt", "--color", "always")
	if status != statusWrong || !strings.HasPrefix(stderr, bold+"<standard input>:1:6:"+plain) {
		t.Errorf("standard input: status %d, %q", status, stderr)
	}
	for _, args := range []string{"check --color blue wrong.score", "score --color= --data data wrong.score", "fmt --color yes"} {
		if _, stderr, status := call(t, "", strings.Fields(args)...); status != statusUsage || !strings.Contains(stderr, "--color must be auto, always or never, not ") {
			t.Errorf("%s: status %d, %q", args, status, stderr)
		}
	}
}

// TestColorOfRedirectedOutput: a file and a pipe are not terminals.
func TestColorOfRedirectedOutput(t *testing.T) {
	setUp(t)
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "")
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []*os.File{file, w} {
		leadscoreCommand.run(t.Context(), streams{strings.NewReader(""), f, f}, []string{"check", "wrong.score"})
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	var piped bytes.Buffer
	if _, err := piped.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	want := sequences.ReplaceAllString(inColored, "")
	if string(text) != want || piped.String() != want {
		t.Errorf("a file gets\n%q\nand a pipe\n%q", text, piped.String())
	}
}

func TestInColor(t *testing.T) {
	for _, test := range []struct {
		name     string
		when     string
		terminal bool
		env      string // NAME=value, separated by spaces
		want     bool
	}{
		{"a terminal", "auto", true, "TERM=xterm-256color", true},
		{"no terminal", "auto", false, "TERM=xterm-256color", false},
		{"NO_COLOR", "auto", true, "TERM=xterm NO_COLOR=1", false},
		{"NO_COLOR, empty", "auto", true, "TERM=xterm NO_COLOR=", true},
		{"dumb", "auto", true, "TERM=dumb", false},
		{"nothing known of it", "auto", true, "", false},
		{"Windows Terminal", "auto", true, "WT_SESSION=x", true},
		{"always", "always", false, "TERM=dumb NO_COLOR=1", true},
		{"never", "never", true, "TERM=xterm", false},
	} {
		env := map[string]string{}
		for _, e := range strings.Fields(test.env) {
			name, value, _ := strings.Cut(e, "=")
			env[name] = value
		}
		if got := inColor(test.when, test.terminal, func(name string) string { return env[name] }); got != test.want {
			t.Errorf("%s: got %t", test.name, got)
		}
	}
}

// TestColorOfSeverities: each severity has a colour of its own.
func TestColorOfSeverities(t *testing.T) {
	for severity, want := range map[dsl.Severity]string{
		dsl.Error:   bold + "a:1:1:" + plain + " s\n  1 | x\n    | " + red + "^" + plain,
		dsl.Warning: bold + "a:1:1:" + plain + " " + yellow + "warning:" + plain + " s\n  1 | x\n    | " + yellow + "^" + plain,
		dsl.Advice:  bold + "a:1:1:" + plain + " " + cyan + "advice:" + plain + " s\n  1 | x\n    | " + cyan + "^" + plain,
	} {
		start := dsl.Pos{Line: 1, Column: 1}
		d := dsl.Diagnostic{Severity: severity, Summary: "s", File: "a", Line: "x", Span: dsl.Span{Start: start, End: dsl.Pos{Offset: 1, Line: 1, Column: 2}}}
		if got := colored(&d); got != want {
			t.Errorf("%v: got %q", severity, got)
		}
	}
}

func TestCheckJSON(t *testing.T) {
	setUp(t)
	stdout, stderr, status := call(t, "", "check", "--format", "json", "--color", "always", "wrong.score")
	want := `{"severity":"error","code":"name","message":"unknown entity EmailOpend; did you mean EmailOpened?","summary":"unknown entity EmailOpend","nearest":"EmailOpened","fix":"        each EmailOpened","edit":{"span":{"start":{"line":4,"column":14,"offset":64},"end":{"line":4,"column":24,"offset":74}},"text":"EmailOpened"},"file":"wrong.score","span":{"start":{"line":4,"column":14,"offset":64},"end":{"line":4,"column":24,"offset":74}},"line":"        each EmailOpend"}
{"severity":"error","code":"points","message":"a score of 0 changes nothing; write the points to add or subtract","summary":"a score of 0 changes nothing; write the points to add or subtract","file":"wrong.score","span":{"start":{"line":5,"column":15,"offset":89},"end":{"line":5,"column":16,"offset":90}},"line":"        score 0"}
`
	stdout = valuesIn(t, stdout, "check", statusWrong)
	if diff := cmp.Diff(want, stdout); diff != "" || stderr != "" || status != statusWrong {
		t.Errorf("status %d, standard error %q, (-want +got):\n%s", status, stderr, diff)
	}
	for line := range strings.Lines(stdout) {
		if !json.Valid([]byte(line)) {
			t.Errorf("this line is not JSON: %s", line)
		}
	}
	if stdout, stderr, status := call(t, "", "check", "--format", "json", "coffee.score"); valuesIn(t, stdout, "check", statusOK) != "" || stderr != "" || status != statusOK {
		t.Errorf("rules without a problem: status %d, %q, %q", status, stdout, stderr)
	}
	if stdout, stderr, status := call(t, "", "check", "--format", "json", "nothing.score"); !strings.Contains(stdout, `{"error":{"message":"stat nothing.score: `) || !strings.HasPrefix(stderr, "leadscore check: ") || status != statusWrong {
		t.Errorf("no file: status %d, %q, %q", status, stdout, stderr)
	}
	if _, stderr, status := call(t, "", "check", "--format", "xml", "coffee.score"); status != statusUsage || !strings.HasPrefix(stderr, "leadscore check: --format must be text or json, not \"xml\"\n") {
		t.Errorf("another format: status %d, %q", status, stderr)
	}
	// Output that cannot be written is an error.
	var errs bytes.Buffer
	if status := leadscoreCommand.run(t.Context(), streams{strings.NewReader(""), full{}, &errs}, []string{"check", "--format", "json", "wrong.score"}); status != statusWrong || !strings.Contains(errs.String(), "disk is full") {
		t.Errorf("a full disk: status %d, %q", status, errs.String())
	}
}
