package command

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var flagInHelp = regexp.MustCompile(`(?m)^  (--?[a-z-]+)`)

// flagsInHelp returns the flags in the help text of a command.
func flagsInHelp(t *testing.T, command string) []string {
	t.Helper()
	out, _, _ := call(t, "", command, "-h")
	_, out, _ = strings.Cut(out, "\nFlags:\n")
	var names []string
	for _, m := range flagInHelp.FindAllStringSubmatch(out, -1) {
		names = append(names, m[1])
	}
	return names
}

// Every command defines its flags before it does anything else.
func TestFlagsOfCommands(t *testing.T) {
	for _, c := range leadscoreCommand.commands() {
		inv := leadscoreCommand.newInvocation(streams{}, &c, nil)
		inv.collect = true
		if err := c.run(context.Background(), inv); !errors.Is(err, errCollected) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for _, c := range leadscoreCommand.flagsOfCommands() {
		if c.name == "help" {
			continue
		}
		var names []string
		for _, f := range c.flags {
			names = append(names, f.name)
			if f.about == "" {
				t.Errorf("%s %s has no description", c.name, f.name)
			}
		}
		if diff := cmp.Diff(flagsInHelp(t, c.name), names); diff != "" {
			t.Errorf("%s (-help +completion):\n%s", c.name, diff)
		}
	}
}

// script writes the script for a shell to a file and returns the path of the shell.
func script(t *testing.T, shell string) string {
	t.Helper()
	path, err := exec.LookPath(shell)
	if err != nil {
		t.Skip("there is no " + shell)
	}
	setUp(t)
	out, errs, status := call(t, "", "completion", shell)
	if status != statusOK || errs != "" {
		t.Fatalf("status %d, %s", status, errs)
	}
	write(t, "script", out)
	return path
}

// output runs a shell with a program and arguments, and returns the lines that it
// prints, without what follows a tab, in order.
func output(t *testing.T, path string, args ...string) []string {
	t.Helper()
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var lines []string
	for line := range strings.Lines(string(out)) {
		line, _, _ = strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if line != "" {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// completions are what can follow words, in any shell; the last word is what has been
// typed of it.
var completions = []struct {
	words []string
	want  []string
}{
	{[]string{"sc"}, []string{"schema", "score"}},
	{[]string{"help", "ex"}, []string{"explain"}},
	{[]string{"completion", ""}, []string{"bash", "fish", "zsh"}},
	{[]string{"mapping", ""}, []string{"init"}},
	{[]string{"completion", "z"}, []string{"zsh"}},
	{[]string{"score", "--so"}, []string{"--sort"}},
	{[]string{"score", "--sort", ""}, []string{"data", "lead", "score"}},
	{[]string{"score", "--format", "c"}, []string{"csv"}},
	{[]string{"check", "--format", ""}, []string{"json", "text"}},
	{[]string{"check", "cof"}, []string{"coffee.score"}},
	{[]string{"score", "--schema", "sch"}, []string{"schema.score"}},
	{[]string{"score", "--lead", "cof"}, nil},
}

func TestBashCompletion(t *testing.T) {
	bash := script(t, "bash")
	complete := func(words ...string) []string {
		args := append([]string{"--norc", "-c", `source ./script; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _leadscore; printf '%s\n' "${COMPREPLY[@]}"`, "-", "leadscore"}, words...)
		return output(t, bash, args...)
	}
	for _, test := range completions {
		if diff := cmp.Diff(test.want, complete(test.words...)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.words, diff)
		}
	}
	for _, c := range leadscoreCommand.commands() {
		want := flagsInHelp(t, c.name)
		slices.Sort(want)
		if diff := cmp.Diff(want, complete(c.name, "-")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	// bash splits a word at the sign.
	for _, words := range [][]string{{"score", "--format", "=", "j"}, {"score", "--format", "="}} {
		if got := complete(words...); !slices.Contains(got, "json") {
			t.Errorf("%q: got %q", words, got)
		}
	}
	write(t, "two words.score", "")
	if got := complete("check", "two"); !slices.Equal(got, []string{"two words.score"}) {
		t.Errorf("a blank in a name: %q", got)
	}
}

func TestFishCompletion(t *testing.T) {
	fish := script(t, "fish")
	complete := func(words ...string) []string {
		quoted := make([]string, len(words))
		for i, w := range words {
			if quoted[i] = w; w == "" && i < len(words)-1 {
				quoted[i] = "''"
			}
		}
		return output(t, fish, "--no-config", "-c", `source ./script; complete -C "$argv"`, "leadscore "+strings.Join(quoted, " "))
	}
	for _, test := range completions {
		if diff := cmp.Diff(test.want, complete(test.words...)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.words, diff)
		}
	}
	for _, c := range leadscoreCommand.commands() {
		got := append(complete(c.name, "-"), complete(c.name, "--")...)
		for _, name := range flagsInHelp(t, c.name) {
			if !slices.Contains(got, name) {
				t.Errorf("%s: no %s in %q", c.name, name, got)
			}
		}
	}
}

// In zsh a script can complete only at a prompt: this test looks at what it tells zsh.
func TestZshCompletion(t *testing.T) {
	zsh := script(t, "zsh")
	call := func(words ...string) []string {
		const program = `compdef() { : }; _describe() { print -rl -- $commands }; _arguments() { print -rl -- "$@" }
source ./script; words=(leadscore "$@"); CURRENT=$#words; _leadscore`
		return output(t, zsh, append([]string{"-f", "-c", program, "-"}, words...)...)
	}
	if got := call("sc"); !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "score:score the leads") }) || len(got) != len(leadscoreCommand.commands())+1 {
		t.Errorf("commands: %q", got)
	}
	for _, c := range leadscoreCommand.commands() {
		got := call(c.name, "")
		for _, name := range flagsInHelp(t, c.name) {
			if !slices.ContainsFunc(got, func(s string) bool {
				s = strings.TrimPrefix(s, "*")
				return strings.HasPrefix(s, name+"[") || strings.HasPrefix(s, name+"=[")
			}) {
				t.Errorf("%s: no %s in %q", c.name, name, got)
			}
		}
	}
	for _, want := range []string{"*--lead=[score only the lead with this ID; may be given several times]:ID: ", "*:FILE:_files",
		"--sort=[print results in the ORDER of the data, by score, the highest of each model first, or by lead]:ORDER:(data score lead)", "-o[write the results to FILE, once they are complete, instead of standard output]:FILE:_files"} {
		if got := call("score", ""); !slices.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, strings.Join(got, "\n"))
		}
	}
	if got := call("completion", ""); !slices.Contains(got, "1:completion:(bash zsh fish)") {
		t.Errorf("completion: %q", got)
	}
}

func TestCompletionOfNoShell(t *testing.T) {
	for _, args := range []string{"completion", "completion csh", "completion bash zsh"} {
		if out, errs, status := call(t, "", strings.Fields(args)...); status != statusUsage || out != "" || !strings.HasPrefix(errs, "leadscore completion: name the shell: bash, zsh, fish\n") {
			t.Errorf("%s: status %d, %s%s", args, status, out, errs)
		}
	}
}
