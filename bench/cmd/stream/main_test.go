package main

import (
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(&out, 500, 32, 2, true); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\n| 5 | ", "\n| 50 | ", "\n| 500 | "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("nothing of %q in\n%s", want, &out)
		}
	}
	if err := run(&out, 99, 32, 2, false); err == nil {
		t.Error("too few leads are no error")
	}
}
