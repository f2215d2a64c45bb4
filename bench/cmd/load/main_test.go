package main

import (
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var out strings.Builder
	for _, in := range []struct{ mapped, packed bool }{{false, false}, {true, false}, {false, true}, {true, true}} {
		out.Reset()
		if err := run(&out, 2_000, 1, in.mapped, in.packed, 1_000); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"2000 interactions", "files", "time to load", "most heap", "after a collection", "once changed", "to add an interaction", "to replace"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("nothing of %q in\n%s", want, &out)
			}
		}
	}
	if err := run(&out, 0, 1, false, false, 1); err == nil {
		t.Error("no interactions are no error")
	}
}
