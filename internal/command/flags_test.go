package command

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// flagsOf returns the flags that a command defines: usage and default by name.
func flagsOf(t *testing.T, name string) map[string]string {
	t.Helper()
	c := leadscoreCommand.commandCalled(name)
	inv := leadscoreCommand.newInvocation(streams{strings.NewReader(""), io.Discard, io.Discard}, c, []string{"-h"})
	if err := c.run(context.Background(), inv); !errors.Is(err, flag.ErrHelp) {
		t.Fatalf("%s -h: %v", name, err)
	}
	flags := map[string]string{}
	inv.flags.VisitAll(func(f *flag.Flag) { flags[f.Name] = f.Usage + " (" + f.DefValue + ")" })
	return flags
}

// TestFlagsForData: explain, diff and check take every flag for rules and data that score
// takes, with the same meaning. What else a command takes is listed here.
func TestFlagsForData(t *testing.T) {
	own := map[string][]string{
		"score":   {"explain", "format", "grade", "label", "lead", "model", "o", "ready", "sort", "top"},
		"explain": {"format", "lead", "what-if"},
		"diff":    {"exit-code", "format", "limit"},
		"check":   {"advice", "format", "watch"},
	}
	score := flagsOf(t, "score")
	for _, name := range own["score"] {
		delete(score, name)
	}
	want := []string{"as-of", "color", "data", "mapping", "schema", "skip-bad", "strict", "zone"}
	for command, names := range own {
		flags := flagsOf(t, command)
		for _, name := range names {
			if _, ok := flags[name]; !ok {
				t.Errorf("%s has no flag %s", command, name)
			}
			delete(flags, name)
		}
		if diff := cmp.Diff(score, flags); diff != "" {
			t.Errorf("the flags for data (-score +%s):\n%s", command, diff)
		}
		var shared []string
		for name := range flags {
			shared = append(shared, name)
		}
		if slices.Sort(shared); !slices.Equal(shared, want) {
			t.Errorf("%s shares the flags %q, want %q", command, shared, want)
		}
	}
}

// secondLine returns the second line of an output: the one after its beginning.
func secondLine(out string) []byte {
	_, rest, _ := strings.Cut(out, "\n")
	line, _, _ := strings.Cut(rest, "\n")
	return []byte(line)
}

// TestFlagsForDataHaveAnEffect: what can be scored with some flags can be explained and
// compared with them, with the same scores; and what cannot be scored without one of
// them cannot be explained or compared without it either.
func TestFlagsForDataHaveAnEffect(t *testing.T) {
	setUp(t)
	write(t, "own.score", "profile Lead { ParentContact -> Contact  ParentAccount -> Account  Made time }\nprofile Contact { ParentAccount -> Account }\nprofile Account { Size number }\n")
	write(t, "new.score", `model "New" {
    target contact

    // In New York the day begins at 04:00Z.
    condition "New" {
        has Lead where Made within last 1 day and Made on or after 2026-06-10T03:00Z
        score +10
    }

    grade "All" from 0
}
`)
	write(t, "export/people.csv", "key,person,made\nl1,c1,2026-06-10\nl2,c2,soon\n")
	write(t, "people.json", `{"tables": [
    {"file": "people.csv", "entity": "Lead", "id": "key", "columns": {"ParentContact": "person", "Made": "made"}},
    {"file": "people.csv", "entity": "Contact", "id": "person", "columns": {}}
]}`)
	all := []string{"--schema own.score", "--mapping people.json", "--skip-bad", "--zone America/New_York", "--as-of 2026-06-11"}
	run := func(command string, flags []string) (out string, status int) {
		args := strings.Fields(command + " --data export " + strings.Join(flags, " "))
		out, errs, status := call(t, "", args...)
		t.Logf("%s: status %d\n%s%s", strings.Join(args, " "), status, out, errs)
		return out, status
	}
	for i := -1; i < len(all); i++ {
		flags, without := slices.Clone(all), "nothing"
		if i >= 0 {
			flags, without = slices.Delete(flags, i, i+1), all[i]
		}
		scored, status := run("score --format json new.score", flags)
		want := status == statusOK && strings.Contains(scored, `"score":10`)
		if want != (i < 0) {
			t.Errorf("without %s: score has status %d and prints %s", without, status, scored)
		}
		explained, explainStatus := run("explain --format json --lead l1 new.score", flags)
		_, diffStatus := run("diff new.score new.score", flags)
		if explainStatus != status || diffStatus != status {
			t.Errorf("without %s: the status of score is %d, of explain %d, of diff %d", without, status, explainStatus, diffStatus)
		}
		if status != statusOK {
			continue
		}
		var a struct{ Result struct{ Score int64 } }
		var b struct {
			Explanation struct{ Result struct{ Score int64 } }
		}
		if err := errors.Join(json.Unmarshal(secondLine(scored), &a), json.Unmarshal(secondLine(explained), &b)); err != nil || a.Result.Score != b.Explanation.Result.Score {
			t.Errorf("without %s: score prints %s, explain %s: %v", without, scored, explained, err)
		}
	}
	// A warning about the data makes all of them fail with --strict.
	write(t, "orphans/Lead.csv", "id,ParentContact\nl1,gone\n")
	write(t, "orphans/Contact.csv", "id\nc1\n")
	write(t, "parent.score", "model \"M\" {\n    target contact\n\n    condition \"C\" {\n        has Lead.ParentContact\n        score +1\n    }\n}\n")
	for _, command := range []string{"score parent.score", "explain --lead l1 parent.score", "diff parent.score parent.score"} {
		for _, strict := range []string{"", " --strict"} {
			_, _, status := call(t, "", strings.Fields(command+" --data orphans"+strict)...)
			if want := map[string]int{"": statusOK, " --strict": statusWrong}[strict]; status != want {
				t.Errorf("%s%s: status %d, want %d", command, strict, status, want)
			}
		}
	}
	if _, errs, status := call(t, "", "diff", "--strict", "parent.score", "parent.score"); status != statusUsage || !strings.HasPrefix(errs, "leadscore diff: --strict needs --data\n") {
		t.Errorf("diff --strict without data: status %d, %s", status, errs)
	}
}
