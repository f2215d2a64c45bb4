package command

import (
	"bytes"
	"os"
	"runtime/debug"
	"strings"
	"testing"
)

func TestVersion(t *testing.T) {
	for _, arg := range []string{"version", "--version", "-version"} {
		out, errs, status := call(t, "", arg)
		if status != statusOK || errs != "" || !strings.HasPrefix(out, "leadscore ") || strings.Count(out, "\n") != 1 {
			t.Errorf("%s: status %d, standard output %q, standard error %q", arg, status, out, errs)
		}
	}
	for want, info := range map[string]debug.BuildInfo{
		"leadscore (development)": {},
		"leadscore v0.3.0 go1.26": {GoVersion: "go1.26", Main: debug.Module{Version: "v0.3.0"}},
		"leadscore (development) go1.26 commit 0123456789ab with changes": {GoVersion: "go1.26", Main: debug.Module{Version: "(devel)"}, Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: "true"}}},
	} {
		if got := versionLine("leadscore", &info); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestHelpIsComplete: the help text of a command names each of its flags in the
// usage line and below it, and says what the exit statuses are.
func TestHelpIsComplete(t *testing.T) {
	for _, p := range programs {
		for _, c := range p.commands() {
			var b bytes.Buffer
			p.run(t.Context(), streams{strings.NewReader(""), &b, &b}, []string{c.name, "-h"})
			out := b.String()
			synopsis, flags, ok := strings.Cut(out, "\nFlags:\n")
			if !ok || !strings.Contains(flags, exitStatus) || !strings.HasSuffix(flags, exitInterrupted) {
				t.Fatalf("%s %s -h prints\n%s", p.Name, c.name, out)
			}
			for line := range strings.Lines(flags) {
				if name, ok := strings.CutPrefix(line, "  -"); ok {
					name = "-" + strings.Fields(name)[0]
					if !strings.Contains(synopsis, name) && c.name != "version" {
						t.Errorf("%s %s: the usage line lacks %s", p.Name, c.name, name)
					}
				}
				if len(line) > 81 {
					t.Errorf("%s %s: a long line: %s", p.Name, c.name, line)
				}
			}
		}
	}
}

// TestDocComment: the comment of a program has the usage of each command, and the
// list of commands has every exit status.
func TestDocComment(t *testing.T) {
	for _, p := range programs {
		text, err := os.ReadFile("../../cmd/" + p.Name + "/main.go")
		if err != nil {
			t.Fatal(err)
		}
		usages := 0
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(line, "//\t"+p.Name+" ") {
				usages++
			}
		}
		for _, c := range p.commands() {
			usage := strings.TrimSpace(p.Name + " " + c.name + " " + strings.ReplaceAll(c.usage, "\n", " "))
			if !strings.Contains(string(text), "//\t"+usage+"\n") {
				t.Errorf("the comment lacks\n//\t%s", usage)
			}
		}
		if usages != len(p.commands()) {
			t.Errorf("the comment has %d usages of %d commands of %s", usages, len(p.commands()), p.Name)
		}
	}
	out, _, _ := call(t, "", "help")
	for _, status := range []string{"0", "1", "2", "3", "130"} {
		if !strings.Contains(out, "\n  "+status+"  ") {
			t.Errorf("no exit status %s in\n%s", status, out)
		}
	}
}
